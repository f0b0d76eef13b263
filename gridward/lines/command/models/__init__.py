"""What the command line keeps beyond needs, resources and assignments."""

from gridward.lines.command.models.directives import (
    Attachment,
    Directive,
    PastReceipt,
    Receipt,
    ReceiptProof,
    Urgency,
    Version,
)

__all__ = ["Attachment", "Directive", "PastReceipt", "Receipt", "ReceiptProof", "Urgency", "Version"]
