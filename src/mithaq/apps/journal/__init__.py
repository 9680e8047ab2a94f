"""The journal of this bureau: events, their leaves, checkpoints; the lowest app of all."""
