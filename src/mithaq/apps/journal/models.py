"""What the journal keeps: events that can be erased, and a tree that cannot.

Triggers of the database refuse UPDATE, DELETE and TRUNCATE of leaves, tree nodes, checkpoints,
cosignatures and erasures, and UPDATE and TRUNCATE of events. Every reference is an opaque id:
the journal knows no other table.
"""

from __future__ import annotations

from django.db import models

DIGEST_SIZE = 32  # bytes


class Event(models.Model):
    """What happened, with the salt of its commitment. Erasing it deletes the row."""

    id = models.UUIDField(primary_key=True)
    kind = models.CharField(max_length=64)
    actor = models.CharField(max_length=256)
    subject = models.CharField(max_length=256)
    purpose = models.CharField(max_length=256)
    pact = models.CharField(max_length=256)
    peer = models.CharField(max_length=256)
    at = models.DateTimeField()
    salt = models.BinaryField(max_length=DIGEST_SIZE)

    class Meta:
        indexes = (models.Index(fields=("subject", "at"), name="journal_event_by_subject"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class Pending(models.Model):
    """A leaf that waits for its position, written in the transaction of what it witnesses."""

    event_id = models.UUIDField(primary_key=True)
    commitment = models.BinaryField(max_length=DIGEST_SIZE)

    def __str__(self) -> str:
        return str(self.event_id)


class Leaf(models.Model):
    """A leaf of the tree: positions are dense from 0, the data is the commitment."""

    position = models.BigIntegerField(primary_key=True)
    event_id = models.UUIDField(unique=True)
    commitment = models.BinaryField(max_length=DIGEST_SIZE)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(position__gte=0), name="journal_leaf_position_not_negative"
            ),
        )

    def __str__(self) -> str:
        return str(self.position)


class Node(models.Model):
    """The hash of a complete subtree above the leaves (level 1 and up)."""

    pk = models.CompositePrimaryKey("level", "index")
    level = models.SmallIntegerField()
    index = models.BigIntegerField()
    digest = models.BinaryField(max_length=DIGEST_SIZE)

    def __str__(self) -> str:
        return f"{self.level}/{self.index}"


class Checkpoint(models.Model):
    """A state of the tree that was signed. `frontier` is the right edge at that size."""

    size = models.BigIntegerField(primary_key=True)
    root = models.BinaryField(max_length=DIGEST_SIZE)
    frontier = models.BinaryField()
    signed = models.BinaryField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.size)


class Cosignature(models.Model):
    """What a witness answered to one of our checkpoints: a signature line."""

    size = models.BigIntegerField()
    witness = models.CharField(max_length=256)
    line = models.BinaryField()
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("size", "witness"), name="journal_cosigned_once"),
        )

    def __str__(self) -> str:
        return f"{self.size} {self.witness}"


class Erasure(models.Model):
    """That an event was erased, and the event that says so."""

    event_id = models.UUIDField(primary_key=True)
    by_event_id = models.UUIDField()

    def __str__(self) -> str:
        return str(self.event_id)


class Witnessed(models.Model):
    """The last checkpoint of a peer's journal that this bureau cosigned."""

    origin = models.CharField(max_length=256, primary_key=True)
    size = models.BigIntegerField()
    root = models.BinaryField(max_length=DIGEST_SIZE)
    signed = models.BinaryField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.origin} {self.size}"
