"""Pacts and notices as they were accepted here.

The signed bytes are the truth and the evidence. The other columns are read from them, to find
and list; no decision rests on them, except which version is the newest that has begun.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Pact(models.Model):
    """One version of a pact. A newer one supersedes it and it stays, as evidence."""

    urn = models.CharField(max_length=100)
    version = models.PositiveIntegerField()
    hash = models.BinaryField(max_length=32)
    signed = models.BinaryField()
    title = models.JSONField()
    parties = ArrayField(models.CharField(max_length=15))
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    stamp = models.BinaryField(max_length=32)
    """SHA-256 over the signed bytes and the notices: what parsed copies are found by."""
    loaded_at = models.DateTimeField()
    loaded_by = models.CharField(max_length=64)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("urn", "version"), name="pacts_pact_version_once"),
            models.CheckConstraint(
                condition=models.Q(version__gte=1), name="pacts_pact_version_from_one"
            ),
            models.CheckConstraint(
                condition=models.Q(ends_at=None) | models.Q(ends_at__gt=models.F("starts_at")),
                name="pacts_pact_ends_after_it_starts",
            ),
        )

    def __str__(self) -> str:
        return f"{self.urn}@{self.version}"


class PactNotice(models.Model):
    """A notice by which a party suspended, resumed or ended a pact."""

    pact = models.ForeignKey(Pact, on_delete=models.PROTECT, related_name="notices")
    party = models.CharField(max_length=15)
    number = models.PositiveIntegerField()
    act = models.CharField(max_length=8)
    effective_at = models.DateTimeField()
    signed = models.BinaryField()
    loaded_at = models.DateTimeField()
    loaded_by = models.CharField(max_length=64)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("pact", "party", "number"), name="pacts_notice_number_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.pact} {self.act} {self.party} {self.number}"
