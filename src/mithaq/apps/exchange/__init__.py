"""The exchange: what leaves, what arrives, and the evidence of both."""
