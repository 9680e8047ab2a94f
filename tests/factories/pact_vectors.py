"""Makes tests/vectors/pacts.json: `python -m tests.factories.pact_vectors` from the root.

Terms and decisions come out the same each time; ML-DSA signatures do not, so that the file is
made once and kept.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
import pathlib

from mithaq.core import cbor
from mithaq.core.clock import to_seconds
from mithaq.core.ids import BureauId
from mithaq.core.pacts import Act, Allow, Clause, Pact, Passage, sign_notice, sign_pact, weigh
from mithaq.core.pacts.allowed import Offences
from mithaq.core.pacts.composed import AllOf, AnyOf
from mithaq.core.pacts.limits import Retention
from mithaq.core.pacts.ways import OnwardRule, OnwardTransfer, Relay
from tests.factories.pacts import (
    DAY,
    NOON,
    XA,
    XB,
    XC,
    XS,
    authority,
    make_notice,
    make_pact,
    make_passage,
)

FILE = pathlib.Path(__file__).parent.parent / "vectors" / "pacts.json"


def terms() -> Pact:
    """Return a pact with a clause of each group and an alternative."""
    either: Clause = AnyOf(
        ref="c8",
        clauses=(
            Retention(ref="c8-1", days=30),
            AllOf(
                ref="c8-2",
                clauses=(
                    Retention(ref="c8-2-1", days=90),
                    Offences(ref="c8-2-2", allowed=frozenset({"online-scam"})),
                ),
            ),
        ),
    )
    return make_pact(
        Offences(ref="c5", allowed=frozenset({"financial-crime", "online-scam"})),
        Relay(ref="c6", bureaus=frozenset({XS})),
        OnwardTransfer(ref="c7", rule=OnwardRule.WITH_CONSENT),
        either,
    )


def passages() -> dict[str, tuple[Passage, dt.datetime]]:
    scam = frozenset({"online-scam"})
    short = NOON + 30 * DAY
    return {
        "the second alternative": (make_passage(offences=scam), NOON),
        "relayed": (make_passage(offences=scam, via=(XS,)), NOON),
        "for a year": (make_passage(offences=scam, retain_until=NOON + 365 * DAY), NOON),
        "neither alternative": (make_passage(offences=frozenset({"financial-crime"})), NOON),
        "the first alternative": (
            make_passage(offences=frozenset({"financial-crime"}), retain_until=short),
            NOON,
        ),
        "another purpose": (make_passage(purpose="statistics"), NOON),
        "another kind": (make_passage(kind="person"), NOON),
        "another handling code": (make_passage(handling="h3"), NOON),
        "another offence": (make_passage(offences=frozenset({"terrorism"})), NOON),
        "a person": (make_passage(person_categories=frozenset({"suspect"})), NOON),
        "another relay": (make_passage(via=(XC,)), NOON),
        "no party": (make_passage(audience=XC), NOON),
        "the record of another": (make_passage(onward_from=XC), NOON),
        "the record of another, with consent": (
            make_passage(onward_from=XC, consent_of=frozenset({XC})),
            NOON,
        ),
        "before the pact": (make_passage(sent_at=NOON - 31 * DAY), NOON),
        "after the pact": (make_passage(), NOON + 365 * DAY),
    }


def invalid_terms() -> dict[str, bytes]:
    value = cbor.decode(terms().data)
    assert isinstance(value, dict)
    return {
        "bytes after the end": terms().data + b"\0",
        "parties out of order": cbor.encode({**value, "parties": ["XB", "XA"]}),
        "one party": cbor.encode({**value, "parties": ["XA"]}),
        "an endless version": cbor.encode({**value, "version": 1 << 40}),
        "no clauses named": cbor.encode({key: value[key] for key in value if key != "clauses"}),
        "another format": cbor.encode({**value, "format": "mithaq/pact/2"}),
    }


def invalid_signed() -> dict[str, tuple[bytes, str]]:
    both = [*authority(XA), *authority(XB)]
    signed = sign_pact(data=terms().data, signers=both)
    altered = signed.replace(b"share-method", b"share-melody")
    return {
        "without the ML-DSA-65 signature of XB": (
            sign_pact(data=terms().data, signers=both[:3]),
            "pact.not_signed",
        ),
        "without the Ed25519 signature of XA": (
            sign_pact(data=terms().data, signers=both[1:]),
            "pact.not_signed",
        ),
        "with the signatures of XC as well": (
            sign_pact(data=terms().data, signers=[*both, *authority(XC)]),
            "pact.not_signed",
        ),
        "another purpose under the signatures": (altered, "pact.not_signed"),
        "cut short": (signed[:-1], "pact.malformed"),
        "the terms alone": (terms().data, "pact.malformed"),
    }


def facts(passage: Passage) -> dict[str, object]:
    """Return the fields of `passage` that say something, instants in seconds."""
    return {
        name: _value(getattr(passage, name))
        for name in Passage.__dataclass_fields__
        if getattr(passage, name) not in (None, "", (), frozenset(), {})
    }


def answer(pact: Pact, passage: Passage, at: dt.datetime) -> dict[str, object]:
    decision = weigh(terms=pact, passage=passage, at=at)
    if isinstance(decision, Allow):
        return {"allowed": list(decision.refs)}
    return {"refused": decision.code, "clause": decision.clause}


def content() -> dict[str, object]:
    pact = terms()
    notice = make_notice(act=Act.SUSPEND, pact=pact)
    return {
        "title": "A pact of XA and XB: its form, its signatures, its decisions",
        "terms": text(pact.data),
        "hash": pact.hash.hex(),
        "accepted_at": to_seconds(NOON),
        "authority": [
            {"bureau": bureau, "alg": int(key.alg), "public": text(key.public.raw)}
            for bureau in (XA, XB, XC)
            for key in authority(BureauId(bureau))
        ],
        "signed": text(sign_pact(data=pact.data, signers=[*authority(XA), *authority(XB)])),
        "notice_terms": text(notice.data),
        "notice": text(sign_notice(notice=notice, signers=authority(XB))),
        "decisions": [
            {
                "reason": reason,
                "passage": facts(passage),
                "at": to_seconds(at),
                "answer": answer(pact, passage, at),
            }
            for reason, (passage, at) in passages().items()
        ],
        "invalid_terms": [
            {"reason": reason, "data": text(data)} for reason, data in invalid_terms().items()
        ],
        "invalid_signed": [
            {"reason": reason, "data": text(data), "code": code}
            for reason, (data, code) in invalid_signed().items()
        ],
    }


def text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _value(value: object) -> object:
    match value:
        case dt.datetime():
            return to_seconds(value)
        case frozenset():
            return sorted(value)
        case tuple():
            return list(value)
        case _:
            return value


if __name__ == "__main__":
    FILE.write_text(json.dumps(content(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
