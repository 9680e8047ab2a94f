"""Why a receipt is refused."""

from __future__ import annotations

from mithaq.core.errors import MithaqError


class BadReceipt(MithaqError):
    """The bytes are not a receipt in its one form."""

    code = "receipt.malformed"


class WrongReporter(MithaqError):
    """The bureau that signs cannot know what the receipt states."""

    code = "receipt.wrong_reporter"


class BadReceiptSignature(MithaqError):
    """The receipt, or its place in the batch, is not what was signed."""

    code = "receipt.bad_signature"


class ReceiptFromFuture(MithaqError):
    """The receipt was issued later than now."""

    code = "receipt.from_future"
