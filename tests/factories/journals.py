from __future__ import annotations

import datetime as dt
import uuid

from mithaq.apps.journal import actions
from mithaq.apps.journal.actions import Checkpointed, NewEntry
from mithaq.core.cose import Algorithm
from mithaq.core.journal.note import VerifierKey
from mithaq.core.keys import PrivateKey

AT = dt.datetime(2026, 11, 21, 8, 30, tzinfo=dt.UTC)


class Journal:
    """The journal of the node under test, with the key that signs it."""

    def __init__(self, *, origin: str = "xa.mithaq.example/journal", number: int = 1) -> None:
        self.origin = origin
        self.private = PrivateKey(alg=Algorithm.ED25519, seed=bytes([number]) * 32)

    @property
    def key(self) -> VerifierKey:
        return actions.log_key(public=self.private.public, origin=self.origin)

    def write(self, count: int) -> list[uuid.UUID]:
        return actions.record_many(
            [
                NewEntry(kind="sign-in", actor="o-1", subject=f"s-{number}", at=AT)
                for number in range(count)
            ]
        )

    def sequence(self) -> Checkpointed | None:
        return actions.sequence(signer=self.private, origin=self.origin, at=AT)

    def grow(self, *batches: int) -> list[uuid.UUID]:
        """Write and place batches of these sizes; return the ids in the order of positions."""
        placed: dict[uuid.UUID, int] = {}
        for count in batches:
            self.write(count)
            checkpointed = self.sequence()
            assert checkpointed is not None
            placed |= checkpointed.positions
        return sorted(placed, key=placed.__getitem__)


def ids(found: object) -> list[uuid.UUID]:
    """Return `found`, checked to be a list of ids."""
    assert isinstance(found, list)
    return [entry for entry in found if isinstance(entry, uuid.UUID)]
