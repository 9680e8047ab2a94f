"""What this node keeps of criminal methods: the present version, and those before it.

Columns are what is asked for; `body` is the whole record in its canonical form
(`mithaq.core.records.body`). Codes stand as codes, their lists are named like the columns.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models

DESK = "methods"
CODE = 64  # characters; the longest a code may be


class Method(models.Model):
    """A method in its present version: our own, or one that its origin sent us.

    `digest` is of `body`; `source_digest` is of what was read, before the bureau's own terms
    (handling, grades) filled what the source left open. `search` is null until it is indexed.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    urn = models.CharField(max_length=100, unique=True)
    origin = models.CharField(max_length=15)
    key = models.UUIDField()
    version = models.PositiveIntegerField()
    state = models.CharField(max_length=12)
    title = models.TextField()
    language = models.CharField(max_length=35)
    offences = ArrayField(models.CharField(max_length=CODE))
    stages = ArrayField(models.CharField(max_length=CODE))
    tlp = models.CharField(max_length=CODE)
    handling = models.CharField(max_length=CODE)
    source_grade = models.CharField(max_length=CODE)
    information_grade = models.CharField(max_length=CODE)
    named_supplier = models.BooleanField()
    created_at = models.DateTimeField()
    modified_at = models.DateTimeField()
    stored_at = models.DateTimeField()
    retain_until = models.DateTimeField()
    desk = models.CharField(max_length=40)
    pact = models.CharField(max_length=100, blank=True)  # of the envelope; empty: our own
    purpose = models.CharField(max_length=CODE, blank=True)
    message_id = models.UUIDField(null=True)
    body = models.JSONField()
    digest = models.BinaryField(max_length=32)
    source_digest = models.BinaryField(max_length=32)
    search = SearchVectorField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(version__gte=1), name="methods_method_version_from_one"
            ),
            models.CheckConstraint(
                condition=models.Q(modified_at__gte=models.F("created_at")),
                name="methods_method_modified_after_creation",
            ),
        )
        indexes = (
            models.Index(fields=("-stored_at", "-id"), name="methods_method_newest"),
            models.Index(fields=("retain_until",), name="methods_method_retention"),
            models.Index(
                fields=("id",),
                name="methods_method_unindexed",
                condition=models.Q(search__isnull=True),
            ),
            GinIndex(fields=("search",), name="methods_method_search"),
            GinIndex(fields=("offences",), name="methods_method_offences"),
        )

    def __str__(self) -> str:
        return f"{self.urn} v{self.version}"


class MethodVersion(models.Model):
    """A former version of a method, kept as long as the method itself."""

    method = models.ForeignKey(Method, on_delete=models.CASCADE, related_name="versions")
    version = models.PositiveIntegerField()
    modified_at = models.DateTimeField()
    replaced_at = models.DateTimeField()
    retain_until = models.DateTimeField()
    body = models.JSONField()
    digest = models.BinaryField(max_length=32)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("method", "version"), name="methods_version_once_a_method"
            ),
        )

    def __str__(self) -> str:
        return f"version {self.version} of {self.method_id}"
