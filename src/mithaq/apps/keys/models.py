"""The public half of each key of this bureau, and when it may be used."""

from __future__ import annotations

from django.db import models


class Key(models.Model):
    """A key of this bureau. The private half stands in the key store until it is destroyed."""

    kid = models.BinaryField(primary_key=True, max_length=32)
    role = models.CharField(max_length=16)
    algorithm = models.IntegerField()
    public = models.BinaryField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    destroyed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")),
                name="keys_key_ends_after_it_starts",
            ),
        )
        indexes = (models.Index(fields=("role", "starts_at"), name="keys_by_role"),)

    def __str__(self) -> str:
        return f"{self.role} {bytes(self.kid).hex()[:16]}"
