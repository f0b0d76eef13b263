"""What the sync protocol refuses as a whole; single items are answered one by one."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from gridward.kernel.errors import AppError


class UnknownDevice(AppError):
    """A token that stands for no device, or for one that was shut out."""

    code: ClassVar[str] = "unknown_device"
    status: ClassVar[int] = 401
    message: ClassVar[Any] = _("This device is not enrolled, or was enrolled anew elsewhere. Enrol it again.")


class Wiped(AppError):
    """The device was reported lost: the app forgets everything when it hears this."""

    code: ClassVar[str] = "wiped"
    status: ClassVar[int] = 401
    message: ClassVar[Any] = _("This device was reported lost. It forgets what it holds.")


class NotABatch(AppError):
    """The body is no batch of the protocol."""

    code: ClassVar[str] = "not_a_batch"
    status: ClassVar[int] = 422
    message: ClassVar[Any] = _("This is no batch of field records (%(reason)s). Update the app.")


class BatchTooLarge(AppError):
    """More than a batch may hold."""

    code: ClassVar[str] = "batch_too_large"
    status: ClassVar[int] = 413
    message: ClassVar[Any] = _("A batch holds at most %(items)s records and %(bytes)s bytes. Send fewer at a time.")


class NotASubmission(AppError):
    """What ODK Collect sent is no filled-in form."""

    code: ClassVar[str] = "not_a_submission"
    status: ClassVar[int] = 400
    message: ClassVar[Any] = _("This is no filled-in form (%(reason)s). Fetch the form anew in ODK Collect.")


class PhotoMissing(AppError):
    """A photo that a filled-in form names did not come with it."""

    code: ClassVar[str] = "photo_missing"
    status: ClassVar[int] = 422
    message: ClassVar[Any] = _("The photo “%(name)s” did not come along, or is no JPEG. Take it anew and send again.")


class SubmissionTooLarge(AppError):
    """A filled-in form with photos larger than one request may be."""

    code: ClassVar[str] = "submission_too_large"
    status: ClassVar[int] = 413
    message: ClassVar[Any] = _(
        "A filled-in form with its photos may have %(bytes)s bytes at most. Take smaller photos."
    )


class NotTaken(AppError):
    """A filled-in form that was refused: nothing of it is kept, the phone keeps it."""

    code: ClassVar[str] = "not_taken"
    status: ClassVar[int] = 422
    message: ClassVar[Any] = "%(words)s"


class WrongCode(AppError):
    """An enrolment code that is unknown, used or too old."""

    code: ClassVar[str] = "wrong_code"
    status: ClassVar[int] = 404
    message: ClassVar[Any] = _("This code is not known, was used, or is too old. Have a new one made.")


class AlreadySettled(AppError):
    """Somebody settled the record first."""

    code: ClassVar[str] = "already_settled"
    status: ClassVar[int] = 409
    message: ClassVar[Any] = _("Somebody else has settled this record. Nothing was changed.")
