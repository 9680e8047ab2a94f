"""What the gate held for a second officer, and how often something was refused."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models

from mithaq.apps.people.models import Officer
from mithaq.core.workflow import HoldState

_CODE = 64  # characters of the longest code of a list
_URN = 128  # characters of the longest URN of ours


class Hold(models.Model):
    """A disclosure that waits for a second officer, or waited for one.

    `digest` is that of the screening. `release` is what the exchange needs to go on, opaque
    here; it is emptied when the hold is decided.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject = models.CharField(max_length=_URN)
    desk = models.CharField(max_length=_CODE)
    kind = models.CharField(max_length=_CODE)
    purpose = models.CharField(max_length=_CODE)
    peer = models.CharField(max_length=16)
    pact = models.CharField(max_length=_URN)
    digest = models.BinaryField(max_length=32)
    reasons = ArrayField(models.CharField(max_length=_CODE))
    release = models.BinaryField()
    state = models.CharField(max_length=16, default=HoldState.WAITING.value)
    requested_by = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        Officer, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    ground = models.CharField(max_length=_CODE, blank=True)
    retain_until = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(state__in=[state.value for state in HoldState]),
                name="safeguards_hold_state_known",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    state=HoldState.WAITING.value, decided_by__isnull=True, decided_at__isnull=True
                )
                | models.Q(
                    ~models.Q(state=HoldState.WAITING.value),
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                    release=b"",
                ),
                name="safeguards_hold_decided_by_someone",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=[HoldState.WAITING.value, HoldState.WITHDRAWN.value])
                | ~models.Q(decided_by=models.F("requested_by")),
                name="safeguards_hold_second_officer",
            ),
            models.CheckConstraint(
                condition=models.Q(state=HoldState.REFUSED.value) ^ models.Q(ground=""),
                name="safeguards_hold_refused_with_ground",
            ),
        )
        indexes = (
            models.Index(
                fields=("requested_at",),
                condition=models.Q(state=HoldState.WAITING.value),
                name="safeguards_hold_waiting",
            ),
        )

    def __str__(self) -> str:
        return f"{self.subject} to {self.peer}: {self.state}"


class Stage(models.TextChoices):
    """Where something was refused."""

    GATE = "gate"
    PACT = "pact"
    SECOND_OFFICER = "second-officer"
    RECEIVER = "receiver"


class Refusal(models.Model):
    """One refusal, for the statistics: no record, no person, no case."""

    stage = models.CharField(max_length=16, choices=Stage.choices)
    ground = models.CharField(max_length=_CODE)
    kind = models.CharField(max_length=_CODE)
    purpose = models.CharField(max_length=_CODE)
    peer = models.CharField(max_length=16)
    pact = models.CharField(max_length=_URN, blank=True)
    at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(stage__in=Stage.values), name="safeguards_refusal_stage_known"
            ),
        )

    def __str__(self) -> str:
        return f"{self.stage}: {self.ground}"
