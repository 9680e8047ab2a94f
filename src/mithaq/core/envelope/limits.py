"""Numbers of the protocol: limits and header labels."""

from __future__ import annotations

import datetime as dt
from enum import IntEnum

PROFILE = 1
MAX_ENVELOPE = 1 << 20  # bytes
NO_TIME = dt.timedelta(0)
MAX_LIFETIME = dt.timedelta(days=30)  # compared as a difference: instants may be the last there is
MAX_RELAYS = 4
MAX_ATTACHMENTS = 32
MAX_ATTACHMENT = 2 << 30  # bytes of plaintext, 2 GiB
CHUNK = 1 << 20  # bytes of plaintext in a chunk of an attachment
MAX_CODE = 64  # code points of a purpose, handling or kind
MAX_CONTENT_TYPE = 128  # code points
DIGEST_SIZE = 32  # bytes

COMMITMENT_LABEL = b"mithaq/cek-commit/v1"

ENCRYPTED_TYPE = 'application/cose; cose-type="cose-encrypt"'
SIGNED_TYPE = 'application/cose; cose-type="cose-sign"'


class Claim(IntEnum):
    """A CWT claim (RFC 8392)."""

    ISSUER = 1
    AUDIENCE = 3
    EXPIRES = 4
    ISSUED = 6
    MESSAGE_ID = 7


class Label(IntEnum):
    """A header parameter of ours, of the range for private use."""

    PROFILE = -70100
    VIA = -70101
    SIZE = -70102
    COMMITMENT = -70103
    PACT_ID = -70104
    PACT_HASH = -70105
    PURPOSE = -70106
    HANDLING = -70107
    KIND = -70108
    IN_REPLY_TO = -70109
    CONTENT_TYPE = -70110
    SEQUENCE = -70111
    PREVIOUS = -70112
    ATTACHMENTS = -70113
