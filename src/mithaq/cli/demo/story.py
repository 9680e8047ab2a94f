"""The story that `demo --headless` plays, each step proved where its effect is.

An officer of XA shares a criminal method with XB. The gate holds it, since its supplier field
names a firm; a second officer releases it; XB opens it and sends back signed receipts. XS relays
another and cannot read it. What lies outside the pact is refused, at both ends, and counted. The
journals of all three prove each step.
"""

from __future__ import annotations

import os
import pathlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import mithaq
from mithaq.cli.demo.desk import Desk, desks
from mithaq.cli.demo.nodes import DemoNode
from mithaq.cli.demo.progress import Step
from mithaq.cli.demo.provision import INSIDE, read_pacts
from mithaq.cli.demo.shell import Shell
from mithaq.core.envelope import OBLIGATIONS

FOREIGN = "MITHAQ_SHARED"  # folder of real files by others; absent, the demo's own are enough
FRAUD_FRAMEWORK = "data/f3/f3-stix-v1.1.json"
PATIENCE = 30.0  # seconds until a step that waits for an effect gives up
NECESSITY = "The same method was used against two banks of both countries within a week."
CASE = "XA-2026-0417"


class Unproved(AssertionError):
    """What a step had to bring about is not there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Who plays: shells inside the nodes, officers over HTTP, pacts by name."""

    shells: Mapping[str, Shell]
    desks: Mapping[str, Desk]
    pacts: Mapping[str, str]
    told: dict[str, list[str]] = field(default_factory=dict)
    """Subjects of journal entries, noted by one step for a later one."""

    def inside(self, code: str, function: str, **arguments: object) -> Mapping[str, object]:
        """Return what a function inside the node of `code` answers."""
        answer = self.shells[code].call(f"{INSIDE}{function}", **arguments)
        return answer if isinstance(answer, dict) else {"answer": answer}


Act = Callable[[Stage], Mapping[str, object]]


def play(*, shells: Mapping[str, Shell], nodes: Sequence[DemoNode]) -> Iterator[Step]:
    """Play the steps one after the other over HTTP between the nodes; stop at the first fault."""
    stage = Stage(shells=shells, desks=desks(nodes), pacts=read_pacts(nodes))
    for name, act in ACTS:
        started_at = time.monotonic()
        try:
            evidence, ok = act(stage), True
        except Exception as fault:  # noqa: BLE001 - told as the step's evidence
            evidence, ok = {"fault": f"{type(fault).__name__}: {fault}"}, False
        yield Step(
            name=name, ok=ok, ms=round((time.monotonic() - started_at) * 1000), evidence=evidence
        )
        if not ok:
            return


def import_methods(stage: Stage) -> Mapping[str, object]:
    """XA imports real methods where the file is at hand; its own are there already."""
    checkout = pathlib.Path(mithaq.__file__).resolve().parents[2]
    shared = pathlib.Path(os.environ.get(FOREIGN, checkout.parent / "shared"))
    path = shared / FRAUD_FRAMEWORK
    if path.is_file():
        found = stage.inside("XA", "import_methods", path=str(path), username="salma")
    else:
        found = stage.inside("XA", "import_sample", username="salma")
    again = stage.inside("XA", "import_sample", username="salma")
    prove(again["new"] == again["changed"] == 0, "a second import changed something")
    listed = stage.desks["XA"].get("salma", "/methods", size=200)
    return {"file": path.name if path.is_file() else "sample", **found, "listed": count(listed)}


def refuse_outside_pact(stage: Stage) -> Mapping[str, object]:
    """Wrong purpose, wrong category, expired pact, no party: refused before sealing, counted."""
    salma = stage.desks["XA"]
    fraud, heritage = method(stage, "online-scam"), method(stage, "cultural-property")
    direct, expired = stage.pacts["methods-direct"], stage.pacts["methods-expired"]
    before = refusals(stage, "XA", officer="nadia")
    tries = {
        "pact.purpose": share(salma, fraud, pact_id=direct, purpose="support-investigation"),
        "pact.offence": share(salma, heritage, pact_id=direct),
        "pact.ended": share(salma, fraud, pact_id=expired),
        "pact.party": share(salma, fraud, pact_id=direct, audience="XS"),
    }
    for ground, answer in tries.items():
        prove(answer["outcome"] == "refused", f"{ground}: {answer}")
        prove(answer["ground"] == ground, f"{ground}: {answer}")
    after = refusals(stage, "XA", officer="nadia")
    for ground in tries:
        counted = after.get(("pact", ground), 0) - before.get(("pact", ground), 0)
        prove(counted == 1, f"{ground} was counted {counted} times")
    return {"refused": list(tries), "sealed": 0}


def hold_release_open(stage: Stage) -> Mapping[str, object]:
    """The gate holds a named supplier; a second officer releases; XB opens and receipts."""
    xa, xb = stage.desks["XA"], stage.desks["XB"]
    urn = method(stage, "precursor-diversion")
    held = share(xa, urn, pact_id=stage.pacts["methods-direct"])
    prove(held["outcome"] == "held" and "named-supplier" in texts(held["rules"]), held)
    hold = f"/exchange/holds/{held['hold_id']}/release"
    shown = one(xa.get("karim", "/safeguards/holds")["rows"], id=held["hold_id"])
    review = {"digest": shown["digest"]}
    denied = xa.refused("salma", hold, review)
    prove(denied == "gate.same_officer", denied)
    released = xa.post("karim", hold, review)
    prove(released["outcome"] == "accepted", released)
    message_id = str(released["message_id"])
    arrived = wait(lambda: received(stage, "XB", message_id, state="opened"))
    prove(texts(arrived["discharged"]) == list(OBLIGATIONS), arrived)
    there = one(xb.get("lina", "/methods", size=200, origin="XA")["methods"], urn=urn)
    sent = wait(lambda: settled(stage, message_id, state="opened"))
    steps = [step["state"] for step in rows(sent["evidence"])]
    prove(steps == ["accepted", "received", "opened"], steps)
    prove(sent["digest"] == arrived["digest"], "the digests differ")
    stage.told["held"] = [urn]
    stage.told["held_message"] = [hexadecimal(message_id)]
    stage.told["held_receipts"] = [f"{message_id}/received", f"{message_id}/opened"]
    return {
        "message_id": message_id,
        "held_by": held["rules"],
        "same_officer": denied,
        "obligations": arrived["discharged"],
        "steps": steps,
        "stored_at_XB": there["urn"],
        "digest": arrived["digest"],
    }


def relay_unread(stage: Stage) -> Mapping[str, object]:
    """XS relays an envelope where the pact says so, and no key it has opens it."""
    urn = method(stage, "drug-trafficking", "money-mule", "ransomware")
    answer = share(stage.desks["XA"], urn, pact_id=stage.pacts["methods-relayed"])
    prove(answer["outcome"] == "accepted", answer)
    message_id = str(answer["message_id"])
    arrived = wait(lambda: received(stage, "XB", message_id, state="opened"))
    prove(arrived["via"] == "XS", arrived)
    sent = wait(lambda: settled(stage, message_id, state="opened"))
    steps = [(step["state"], step["peer"]) for step in rows(sent["evidence"])]
    prove(("relayed", "XS") in steps and ("opened", "XB") in steps, steps)
    stage.told["relayed_message"] = [hexadecimal(message_id)]
    sealed = stage.inside("XS", "sealed", message_id=message_id)["answer"]
    tried = stage.inside("XS", "try_every_key", sealed=sealed)
    prove(tried["opened"] == 0, tried)
    control = stage.inside("XB", "try_every_key", sealed=sealed)
    prove(control["opened"] == 1, control)
    return {
        "message_id": message_id,
        "steps": [f"{state} by {peer}" for state, peer in steps],
        "keys_of_XS_tried": tried["keys"],
        "opened_by_XS": tried["opened"],
        "opened_by_XB": control["opened"],
    }


def refuse_hostile_sender(stage: Stage) -> Mapping[str, object]:
    """A node that seals outside the pact all the same is refused by the receiver, and counted."""
    direct = stage.pacts["methods-direct"]
    cases = {
        "pact.purpose": {"urn": method(stage, "online-scam"), "purpose": "support-investigation"},
        "pact.offence": {"urn": method(stage, "vehicle-theft"), "purpose": "share-method"},
    }
    evidence: dict[str, object] = {}
    for ground, arguments in cases.items():
        before = refusals(stage, "XB", officer="huda").get(("receiver", ground), 0)
        sealed = stage.inside("XA", "seal_unchecked", audience="XB", pact_id=direct, **arguments)
        message_id = str(sealed["answer"])
        refused = wait(partial(received, stage, "XB", message_id, state="refused"))
        prove(refused["ground"] == ground, refused)
        told = wait(partial(settled, stage, message_id, state="refused"))
        prove(rows(told["evidence"])[-1]["ground"] == ground, told)
        after = refusals(stage, "XB", officer="huda").get(("receiver", ground), 0)
        prove(after == before + 1, f"{ground}: counted {after - before} times")
        stage.told["hostile_message"] = [hexadecimal(message_id)]
        evidence[ground] = {"message_id": message_id, "clause": refused["clause"]}
    return evidence


def prove_each_step(stage: Stage) -> Mapping[str, object]:
    """Each bureau proves from its journal what it did; another checks it with the directory's key."""
    told = stage.told
    cases = (
        ("XA", "XB", told["held"], ("gate-held", "second-approval", "record-disclosed")),
        ("XB", "XA", told["held"], ("record-received",)),
        ("XB", "XA", told["held_message"], ("envelope-received",)),
        ("XA", "XB", told["held_receipts"], ("receipt-received",)),
        ("XS", "XA", told["relayed_message"], ("envelope-relayed",)),
        ("XB", "XS", told["hostile_message"], ("envelope-received", "envelope-refused")),
    )
    evidence: list[str] = []
    for prover, checker, subjects, expected in cases:
        proofs = stage.shells[prover].call(f"{INSIDE}prove_entries", subjects=subjects)
        checked = stage.inside(
            checker,
            "check_proofs",
            bureau=prover,
            proofs=[proof["proof"] for proof in rows(proofs)],
        )
        kinds = texts(checked["answer"])
        prove(set(expected) <= set(kinds), f"{prover} proved {kinds}, not {expected}")
        evidence += [f"{kind} at {prover}, checked by {checker}" for kind in expected]
    return {"proved": evidence}


def verify_journals(stage: Stage) -> Mapping[str, object]:
    """`mithaq journal verify` agrees at each node."""
    evidence: dict[str, object] = {}
    for code in stage.shells:
        found = stage.inside(code, "verify_journal")
        prove(found["exit"] == 0, found)
        evidence[code] = found["summary"]
    return evidence


ACTS: tuple[tuple[str, Act], ...] = (
    ("import methods", import_methods),
    ("refuse outside the pact", refuse_outside_pact),
    ("hold, release, open, receipt", hold_release_open),
    ("relay without reading", relay_unread),
    ("refuse a hostile sender", refuse_hostile_sender),
    ("prove each step", prove_each_step),
    ("verify the journals", verify_journals),
)


def share(
    desk: Desk,
    urn: str,
    *,
    pact_id: str,
    audience: str = "XB",
    purpose: str = "share-method",
) -> Mapping[str, object]:
    """Return what became of sharing a method, as the officer who prepares it."""
    request: dict[str, object] = {
        "audience": audience,
        "pact_id": pact_id,
        "purpose": purpose,
        "necessity": NECESSITY,
        "case_reference": CASE,
    }
    return desk.post("salma", f"/methods/{urn}/share", request)


def method(stage: Stage, *offences: str) -> str:
    """Return the URN of a sample method of XA about one of `offences`, the first that has one."""
    for offence in offences:
        page = stage.desks["XA"].get("salma", "/methods", offence=offence, own=True)
        for row in rows(page["methods"]):
            return str(row["urn"])
    raise Unproved(f"no method about {', '.join(offences)}")


def received(
    stage: Stage, code: str, message_id: str, *, state: str
) -> Mapping[str, object] | None:
    """Return an envelope that arrived, once it is in `state`."""
    found = stage.desks[code].find("lina", f"/exchange/received/{message_id}")
    return found if found is not None and found["state"] == state else None


def settled(stage: Stage, message_id: str, *, state: str) -> Mapping[str, object] | None:
    """Return an envelope of XA, once its evidence is in `state`."""
    found = stage.desks["XA"].get("salma", f"/exchange/sent/{message_id}")
    return found if found["state"] == state else None


def refusals(stage: Stage, code: str, *, officer: str) -> Mapping[tuple[str, str], int]:
    """Return how often each (stage, ground) was refused at a node."""
    found = rows(stage.desks[code].get(officer, "/safeguards/refusals")["rows"])
    return {(str(row["stage"]), str(row["ground"])): int(str(row["times"])) for row in found}


def wait(look: Callable[[], Mapping[str, object] | None]) -> Mapping[str, object]:
    """Return what `look` finds, looking again until `PATIENCE` ends."""
    until = time.monotonic() + PATIENCE
    while (found := look()) is None:
        if time.monotonic() > until:
            raise Unproved(f"not within {PATIENCE:.0f} seconds")
        time.sleep(0.05)
    return found


def hexadecimal(message_id: str) -> str:
    """Return a message id as the journal writes it."""
    return message_id.replace("-", "")


def prove(holds: bool, evidence: object) -> None:  # noqa: FBT001 - a claim and its evidence
    """Refuse to go on unless `holds`."""
    if not holds:
        raise Unproved(evidence)


def rows(value: object) -> list[Mapping[str, object]]:
    """Return a JSON list of objects."""
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def texts(value: object) -> list[str]:
    """Return a JSON list of texts."""
    return [str(text) for text in value] if isinstance(value, list) else []


def one(value: object, **fields: object) -> Mapping[str, object]:
    """Return the row whose fields are those."""
    for row in rows(value):
        if all(row.get(name) == expected for name, expected in fields.items()):
            return row
    raise Unproved(f"no row with {fields}")


def count(page: Mapping[str, object]) -> int:
    """Return how many rows a page has."""
    return len(rows(page["methods"]))
