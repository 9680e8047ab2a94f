"""Mithaq: cooperation between police bureaus."""

__version__ = "0.1.0"
