"""The methods desk: criminal methods described, shared, received."""
