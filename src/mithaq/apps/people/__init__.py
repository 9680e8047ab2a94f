"""People of the bureau: officers, their roles at desks, their tokens for national systems."""
