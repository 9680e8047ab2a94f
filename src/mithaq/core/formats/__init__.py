"""Readers and writers of others' formats. Every fault names the object and the field."""
