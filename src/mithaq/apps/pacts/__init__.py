"""The pacts that this node has accepted, in all their versions, with their notices."""
