"""An append-only Merkle log: tree, checkpoints, salted commitments, stand-alone proofs."""
