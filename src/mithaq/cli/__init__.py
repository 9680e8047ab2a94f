"""The `mithaq` command."""
