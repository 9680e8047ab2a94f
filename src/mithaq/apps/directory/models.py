"""What this node keeps of each member: every descriptor it accepted, in order."""

from __future__ import annotations

from django.db import models


class Member(models.Model):
    """A bureau of the directory and the descriptor of it that is in force."""

    bureau = models.CharField(max_length=15, primary_key=True)
    serial = models.PositiveBigIntegerField()
    fingerprint = models.CharField(max_length=64)
    descriptor = models.BinaryField()
    loaded_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.bureau


class Descriptor(models.Model):
    """A descriptor that was in force once: kept to check old evidence."""

    bureau = models.CharField(max_length=15)
    serial = models.PositiveBigIntegerField()
    signed = models.BinaryField()
    loaded_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("bureau", "serial"), name="directory_descriptor_serial_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.bureau} {self.serial}"
