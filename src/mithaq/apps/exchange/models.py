"""What this node keeps of envelopes, their evidence and their receipts.

Message ids are 16 bytes and stand in UUID columns. The body of an envelope is sealed: these
tables hold routing, evidence and ciphertext, never what was written. What a peer's document may say
fits its column, so that no document can make a whole batch fail.
"""

from __future__ import annotations

from django.db import models

from mithaq.core.envelope.limits import MAX_CODE

URN = 100  # characters; the longest has 96


class Channel(models.Model):
    """The way from this bureau to a peer: the last place in their common sequence."""

    peer = models.CharField(max_length=15, primary_key=True)
    sequence = models.PositiveBigIntegerField(default=0)
    digest = models.BinaryField(null=True)

    def __str__(self) -> str:
        return f"to {self.peer} at {self.sequence}"


class Outbound(models.Model):
    """An envelope that leaves: our own, or another bureau's that we relay unopened."""

    message_id = models.UUIDField(primary_key=True)
    issuer = models.CharField(max_length=15)
    audience = models.CharField(max_length=15)
    next_hop = models.CharField(max_length=15)
    pact_id = models.CharField(max_length=URN)
    kind = models.CharField(max_length=MAX_CODE)
    purpose = models.CharField(max_length=MAX_CODE)
    subject = models.CharField(max_length=URN, blank=True)  # empty where we only relay
    sequence = models.PositiveBigIntegerField()
    sealed = models.BinaryField()
    digest = models.BinaryField(max_length=32)
    state = models.CharField(max_length=12)
    released_by = models.CharField(max_length=20, blank=True)  # pseudonym
    accepted_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    retain_until = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True)  # null: nothing left to send
    last_fault = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("issuer", "audience", "sequence"),
                name="exchange_outbound_sequence_once",
                condition=~models.Q(subject=""),  # of our own; others' sequences are their matter
            ),
        )
        indexes = (
            models.Index(
                fields=("next_hop", "next_attempt_at"),
                name="exchange_outbound_due",
                condition=models.Q(next_attempt_at__isnull=False),
            ),
            models.Index(fields=("accepted_at",), name="exchange_outbound_newest"),
        )

    def __str__(self) -> str:
        return f"{self.message_id} to {self.audience}: {self.state}"


class Evidence(models.Model):
    """One step of an envelope that left, with the signed receipt that proves it."""

    message_id = models.UUIDField()
    state = models.CharField(max_length=12)
    peer = models.CharField(max_length=15)
    at = models.DateTimeField()
    ground = models.CharField(max_length=MAX_CODE, blank=True)
    receipt = models.BinaryField(null=True)  # null for `accepted`, which is our own word
    retain_until = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("message_id", "state", "peer"), name="exchange_evidence_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.message_id} {self.state} by {self.peer}"


class Inbound(models.Model):
    """An envelope that arrived for this bureau."""

    issuer = models.CharField(max_length=15)
    message_id = models.UUIDField()
    digest = models.BinaryField(max_length=32)
    sealed = models.BinaryField()
    content_key = models.BinaryField(null=True)  # encrypted at rest; opens the evidence later
    sequence = models.PositiveBigIntegerField()
    via = models.CharField(max_length=15, blank=True)
    pact_id = models.CharField(max_length=URN)
    kind = models.CharField(max_length=MAX_CODE)
    purpose = models.CharField(max_length=MAX_CODE)
    subject = models.CharField(max_length=URN, blank=True)
    state = models.CharField(max_length=12)
    ground = models.CharField(max_length=MAX_CODE, blank=True)
    clause = models.CharField(max_length=20, blank=True)
    received_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField()
    retain_until = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True)  # null: settled
    last_fault = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("message_id", "issuer"), name="exchange_inbound_message_once"
            ),
        )
        indexes = (
            models.Index(
                fields=("next_attempt_at",),
                name="exchange_inbound_due",
                condition=models.Q(next_attempt_at__isnull=False),
            ),
            models.Index(fields=("issuer", "sequence"), name="exchange_inbound_sequence"),
            models.Index(fields=("received_at",), name="exchange_inbound_newest"),
        )

    def __str__(self) -> str:
        return f"{self.message_id} from {self.issuer}: {self.state}"


class Arrival(models.Model):
    """The way from a peer to this bureau: the highest place seen in their common sequence."""

    peer = models.CharField(max_length=15, primary_key=True)
    sequence = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"from {self.peer} at {self.sequence}"


class Gap(models.Model):
    """A place in a peer's sequence that has not arrived."""

    peer = models.CharField(max_length=15)
    sequence = models.PositiveBigIntegerField()
    noticed_at = models.DateTimeField()
    raised_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("peer", "sequence"), name="exchange_gap_once"),
        )

    def __str__(self) -> str:
        return f"{self.peer} {self.sequence}"


class OutgoingReceipt(models.Model):
    """A signed receipt on its way to the bureau that it tells."""

    audience = models.CharField(max_length=15)
    next_hop = models.CharField(max_length=15)
    issuer = models.CharField(max_length=15)
    message_id = models.UUIDField()
    state = models.CharField(max_length=12)
    body = models.BinaryField()
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True)  # null: delivered, or expired
    last_fault = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("message_id", "issuer", "audience", "state"),
                name="exchange_receipt_once",
            ),
        )
        indexes = (
            models.Index(
                fields=("next_hop", "next_attempt_at"),
                name="exchange_receipt_due",
                condition=models.Q(next_attempt_at__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.state} of {self.message_id} to {self.audience}"


class TurnedAway(models.Model):
    """How often something was turned away at the door on a day (UTC), by its ground."""

    day = models.DateField()
    ground = models.CharField(max_length=MAX_CODE)
    times = models.PositiveBigIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("day", "ground"), name="exchange_turned_away_once"),
        )

    def __str__(self) -> str:
        return f"{self.ground} on {self.day}: {self.times}"
