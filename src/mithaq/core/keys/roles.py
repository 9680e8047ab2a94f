"""What a bureau's keys are for."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from mithaq.core.cose import Algorithm, PublicKey
from mithaq.core.keys.private import PrivateKey, generate


class KeyRole(StrEnum):
    """The one thing a key is used for."""

    AUTHORITY = "authority"  # speaks for the bureau: releases, pacts, descriptors
    NODE = "node"  # speaks for the machine: the outside of envelopes, receipts, requests
    SEALING = "sealing"  # what is sent to the bureau is sealed for it
    JOURNAL = "journal"  # signs the journal's checkpoints
    STORAGE = "storage"  # what the bureau keeps for itself is sealed for it; never published


ALGORITHMS: dict[KeyRole, tuple[Algorithm, ...]] = {
    KeyRole.AUTHORITY: (Algorithm.ED25519, Algorithm.ML_DSA_65),  # always both
    KeyRole.NODE: (Algorithm.ED25519,),
    KeyRole.SEALING: (Algorithm.XWING,),
    KeyRole.JOURNAL: (Algorithm.ED25519,),
    KeyRole.STORAGE: (Algorithm.XWING,),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldKey:
    """A private key, what it is for and since when it exists."""

    role: KeyRole
    key: PrivateKey
    created_at: dt.datetime

    @property
    def public(self) -> PublicKey:
        """The public half."""
        return self.key.public


def generate_all(*, at: dt.datetime) -> tuple[HeldKey, ...]:
    """Return one new key of every role and algorithm that a node needs."""
    return tuple(
        HeldKey(role=role, key=generate(alg), created_at=at)
        for role, algorithms in ALGORITHMS.items()
        for alg in algorithms
    )
