"""A node XA that knows its peers and holds its own authority keys."""

from __future__ import annotations

import pathlib

from mithaq.apps.directory import actions as directory
from mithaq.apps.keys import store
from mithaq.apps.keys.models import Key
from mithaq.core.directory import fingerprint
from mithaq.core.keys import HeldKey, KeyRole
from tests.factories import members, nodes
from tests.factories.pacts import XA, XB, XC, XS


def know_members() -> None:
    """Load the descriptors of the four bureaus."""
    for bureau in (XA, XB, XC, XS):
        described = members.descriptor(bureau=bureau)
        directory.load(
            signed=members.signed(described, by=(bureau,)),
            pinned=fingerprint(described.authority(members.AT)),
            by="operator",
            at=members.AT,
        )


def hold_authority(secrets: pathlib.Path) -> None:
    """Write the key file of XA into the folder `secrets`."""
    nodes.write_secret(secrets / store.PASSPHRASE, "a passphrase for tests\n")
    held = members.authority(XA)
    store.write([HeldKey(role=KeyRole.AUTHORITY, key=key, created_at=members.AT) for key in held])
    for key in held:
        Key.objects.create(
            kid=key.kid,
            role=KeyRole.AUTHORITY,
            algorithm=key.alg,
            public=key.public.raw,
            starts_at=members.AT - members.YEAR,
            ends_at=members.AT + members.YEAR,
        )
