"""The desks and services of a node, one Django app each."""
