"""Mithaq: cooperation between police bureaus."""
