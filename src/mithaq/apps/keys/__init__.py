"""The keys of this bureau: what is public in the database, what is secret in the key store."""
