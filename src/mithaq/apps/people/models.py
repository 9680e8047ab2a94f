"""Who works at this bureau, at which desk, in which role."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models


class Officer(AbstractBaseUser):
    """A person who signs in at this node.

    Other bureaus and the journal know the officer by `pseudonym` only; the name never leaves.
    """

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    username = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=120, blank=True)
    pseudonym = models.CharField(max_length=20, unique=True)
    language = models.CharField(max_length=8, default="ar")
    is_active = models.BooleanField(default=True)

    objects = BaseUserManager["Officer"]()

    def __str__(self) -> str:
        return self.pseudonym

    def has_role(self, *, desk: str, role: str) -> bool:
        """Return whether the officer is active and holds `role` at `desk`."""
        return self.is_active and self.assignments.filter(desk=desk, role=role).exists()


class Assignment(models.Model):
    """A role that an officer holds at a desk: codes of the lists officer-role and desk."""

    officer = models.ForeignKey(Officer, on_delete=models.CASCADE, related_name="assignments")
    desk = models.CharField(max_length=40)
    role = models.CharField(max_length=40)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("officer", "desk", "role"), name="people_assignment_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.role} at {self.desk}"


class Token(models.Model):
    """A bearer token with which a national system acts for an officer; only its digest is kept."""

    digest = models.BinaryField(max_length=32, unique=True)
    officer = models.ForeignKey(Officer, on_delete=models.CASCADE, related_name="tokens")
    label = models.CharField(max_length=80)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(expires_at__gt=models.F("created_at")),
                name="people_token_expires_after_creation",
            ),
        )

    def __str__(self) -> str:
        return self.label
