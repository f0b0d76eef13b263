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
from gridward.lines.command.models.standing import ActionArea, LogEntry, PostHolder, PostTemplate, Task

__all__ = [
    "ActionArea",
    "Answer",
    "Attachment",
    "CheckItem",
    "Directive",
    "Finding",
    "LogEntry",
    "PastReceipt",
    "PostHolder",
    "PostTemplate",
    "Problem",
    "Receipt",
    "ReceiptProof",
    "Task",
    "Urgency",
    "Version",
    "Visit",
]
