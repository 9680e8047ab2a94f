"""The root of every error that Mithaq raises on purpose.

Each class has a stable `code`, such as "envelope.bad_signature", that other nodes, logs and
translations refer to. The sentence for people is looked up by code at the edge (see
resources/codes/error-code.yaml); the text of an exception is for developers and holds no
personal data.
"""

from __future__ import annotations

from typing import ClassVar


class MithaqError(Exception):
    """Base of every error that Mithaq raises on purpose."""

    code: ClassVar[str] = "mithaq.error"

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail or type(self).__doc__ or self.code)
        self.detail = detail
