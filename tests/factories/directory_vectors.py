"""Makes tests/vectors/directory.json: `python -m tests.factories.directory_vectors` from the root.

ML-DSA signatures differ each time, so that the file is made once and kept.
"""

from __future__ import annotations

import base64
import json
import pathlib
from collections.abc import Mapping
from dataclasses import replace

from mithaq.core.clock import to_seconds
from mithaq.core.directory import Descriptor, canonical, fingerprint
from mithaq.core.ids import BureauId
from tests.factories import members
from tests.factories.members import AT, YEAR, descriptor, pair

FILE = pathlib.Path(__file__).parent.parent / "vectors" / "directory.json"
FIRST = descriptor()
LATER = AT + YEAR / 12
SECOND = replace(
    FIRST,
    serial=2,
    issued_at=LATER,
    keys=(*pair("XA", ends_at=LATER), *pair("XA later", starts_at=AT), *FIRST.keys[2:]),
)


def row(
    reason: str, data: bytes, *, previous: bool = False, code: str = ""
) -> Mapping[str, object]:
    at = LATER if previous else AT
    return {
        "reason": reason,
        "signed": text(data),
        "succeeds": previous,
        "at": to_seconds(at),
        **({"code": code} if code else {}),
    }


def text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def signed(found: Descriptor, *by: str) -> bytes:
    return members.signed(found, by=by)


def make() -> Mapping[str, object]:
    untrusted, stale, malformed = (
        f"directory.{name}" for name in ("untrusted", "stale", "malformed")
    )
    good = signed(FIRST, "XA")
    other = replace(SECOND, bureau=BureauId("XB"))
    expired = replace(FIRST, issued_at=AT - YEAR, expires_at=AT)
    return {
        "title": "Descriptors: first contact under a pinned fingerprint, and succession",
        "pinned": fingerprint(FIRST.authority(AT)),
        "canonical": text(canonical.to_bytes(FIRST)),
        "valid": [
            row("first contact", good),
            row("a new pair, signed by both", signed(SECOND, "XA", "XA later"), previous=True),
        ],
        "invalid": [
            row("other authority keys", signed(descriptor(bureau="XB"), "XB"), code=untrusted),
            row("a signature of nobody known", signed(FIRST, "XA", "XB"), code=untrusted),
            row("one bit changed", good[:-1] + bytes([good[-1] ^ 1]), code=untrusted),
            row("a byte more", good + b"\0", code=malformed),
            row("expired", signed(expired, "XA"), code=stale),
            row("the new pair alone", signed(SECOND, "XA later"), previous=True, code=untrusted),
            row("the old pair alone", signed(SECOND, "XA"), previous=True, code=untrusted),
            row("the same serial", good, previous=True, code=stale),
            row("another bureau", signed(other, "XA", "XA later"), previous=True, code=untrusted),
        ],
    }


if __name__ == "__main__":
    FILE.write_text(json.dumps(make(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
