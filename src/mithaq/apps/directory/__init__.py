"""The members that this bureau knows, each by its signed descriptor."""
