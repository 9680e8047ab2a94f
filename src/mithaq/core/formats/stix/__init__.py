"""STIX 2.1 bundles of attack-patterns, read into methods and written from them.

Source: OASIS STIX Version 2.1, and the extension of docs/reference/method-record.md. Invariants:
a bundle is read whole or refused whole; what is refused is named by object, field and fault;
`read_method(write_method(method)) == method`; what we write, the stix2 library reads without
allowing custom content. Our own types do the checking, because that library accepts a
confidence of 900 and a modification before the creation.
"""

from __future__ import annotations

from mithaq.core.formats.stix.faults import Fault, Refused
from mithaq.core.formats.stix.oracle import check_with_stix2
from mithaq.core.formats.stix.parsing import MAX_FILE
from mithaq.core.formats.stix.reading import Bundle, read_bundle, read_method
from mithaq.core.formats.stix.vocabulary import EXTENSION_ID
from mithaq.core.formats.stix.writing import write_bundle, write_method

__all__ = [
    "EXTENSION_ID",
    "MAX_FILE",
    "Bundle",
    "Fault",
    "Refused",
    "check_with_stix2",
    "read_bundle",
    "read_method",
    "write_bundle",
    "write_method",
]
