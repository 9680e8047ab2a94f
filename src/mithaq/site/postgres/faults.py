"""What can go wrong around the embedded cluster; each text says what to do."""

from __future__ import annotations

from mithaq.core.errors import MithaqError


class BinariesMissing(MithaqError):
    """The PostgreSQL binaries are not installed; run `./mithaq` so that it installs them."""

    code = "postgres.binaries_missing"


class NoNamespace(MithaqError):
    """PostgreSQL does not run as root and neither a user namespace nor an account is to be had."""

    code = "postgres.no_namespace"


class NotOurs(MithaqError):
    """The folder of the database belongs to another user of this machine."""

    code = "postgres.not_ours"


class DiskFull(MithaqError):
    """There is too little space on the disk for the database."""

    code = "postgres.disk_full"


class NotStarted(MithaqError):
    """PostgreSQL did not start; its log says why."""

    code = "postgres.not_started"


class NotStopped(MithaqError):
    """PostgreSQL is still running after it was told to stop."""

    code = "postgres.not_stopped"


class WrongVersion(MithaqError):
    """The database was made by another major version of PostgreSQL and must be migrated first."""

    code = "postgres.wrong_version"
