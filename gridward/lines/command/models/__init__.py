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
from gridward.lines.command.models.inspections import Answer, CheckItem, Finding, Problem, Visit

__all__ = [
    "Answer",
    "Attachment",
    "CheckItem",
    "Directive",
    "Finding",
    "PastReceipt",
    "Problem",
    "Receipt",
    "ReceiptProof",
    "Urgency",
    "Version",
    "Visit",
]
