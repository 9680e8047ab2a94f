"""PostgreSQL inside the node: one private cluster a node, run from the binaries of a wheel."""
