"""Directives: what is ordered in which version, to whom, and what each recipient has done about it."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from gridward.kernel.fields import AddressField, FieldId, FileName
from gridward.kernel.secrecy.fields import Secret
from gridward.kernel.walls import Wall

HOLDER = "directive"
"""Whose keys directives are under, and the proofs of them."""
SEE, SEND, ANSWER = "directives.see", "directives.send", "directives.answer"


class Urgency(models.IntegerChoices):
    """How soon a directive must be seen; lower is sooner."""

    AT_ONCE = 1, _("at once")
    URGENT = 2, _("urgent")
    NORMAL = 3, _("normal")


class Directive(models.Model):
    """What one desk orders of those below it. Changed only in actions/directives.py."""

    class Sort(models.TextChoices):
        ORDER = "order", _("directive")
        REPLY = "reply", _("unified reply")

    class Proof(models.TextChoices):
        NONE = "none", _("none")
        WORDS = "words", _("words or a photo")
        PHOTO = "photo", _("a photo")

    id = FieldId()
    incident = models.ForeignKey("kernel.Incident", models.PROTECT)
    number = models.PositiveIntegerField(_("number"))
    sort = models.CharField(_("sort"), max_length=8, choices=Sort, default=Sort.ORDER)
    address = AddressField(_("issued by the desk of"))
    title = Secret(_("title"), max_length=80, holder=HOLDER)
    words = Secret(_("words"), max_length=4000, holder=HOLDER)
    urgency = models.PositiveSmallIntegerField(_("urgency"), choices=Urgency, default=Urgency.NORMAL)
    proof = models.CharField(_("proof asked for"), max_length=8, choices=Proof, default=Proof.WORDS)
    version = models.PositiveIntegerField(default=1)
    issued_at = models.DateTimeField(_("issued"))
    issued_by = models.ForeignKey("kernel.User", models.SET_NULL, null=True, related_name="+", db_index=False)
    due_at = models.DateTimeField(_("to be done by"), null=True)
    see_within_s = models.PositiveIntegerField(_("to be seen within (seconds)"))
    recipients = models.PositiveIntegerField(_("recipients"), default=0)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True)
    withdrawn_by = models.ForeignKey("kernel.User", models.SET_NULL, null=True, related_name="+", db_index=False)
    reason = Secret(_("why it was withdrawn"), max_length=400, blank=True, holder=HOLDER)

    class Meta:
        verbose_name = _("directive")
        verbose_name_plural = _("directives")
        constraints = [
            models.UniqueConstraint(fields=["incident", "number"], name="directive_number_once"),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) | ~Q(reason=""), name="directive_withdrawn_with_reason"
            ),
            models.CheckConstraint(
                condition=Q(due_at=None) | Q(due_at__gt=F("issued_at")), name="directive_due_after_issue"
            ),
        ]
        indexes = [models.Index(fields=["address", "-issued_at"], name="directive_address")]

    wall = Wall(see=(SEE,), change=(SEND,), opened=("id",))

    def __str__(self) -> str:
        return str(self.number)


class Version(models.Model):
    """One wording of a directive; never changed."""

    id = FieldId()
    directive = models.ForeignKey(Directive, models.CASCADE, related_name="versions")
    incident = models.ForeignKey("kernel.Incident", models.PROTECT, db_index=False)
    address = AddressField(_("issued by the desk of"))
    number = models.PositiveIntegerField()
    title = Secret(_("title"), max_length=80, holder=HOLDER)
    words = Secret(_("words"), max_length=4000, holder=HOLDER)
    due_at = models.DateTimeField(_("to be done by"), null=True)
    proof = models.CharField(_("proof asked for"), max_length=8, choices=Directive.Proof)
    made_at = models.DateTimeField(_("made"))
    made_by = models.ForeignKey("kernel.User", models.SET_NULL, null=True, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("version of a directive")
        verbose_name_plural = _("versions of directives")
        constraints = [models.UniqueConstraint(fields=["directive", "number"], name="version_once")]

    wall = Wall(see=(SEE,), change=(SEND,), opened=("directive_id",))

    def __str__(self) -> str:
        return str(self.number)


class Attachment(models.Model):
    """A file that belongs to one version of a directive."""

    id = FieldId()
    directive = models.ForeignKey(Directive, models.CASCADE, related_name="attachments")
    incident = models.ForeignKey("kernel.Incident", models.PROTECT, db_index=False)
    address = AddressField(_("issued by the desk of"))
    version = models.PositiveIntegerField()
    name = Secret(_("name"), max_length=120, holder=HOLDER)
    file = FileName(_("file"))
    size = models.PositiveIntegerField(_("bytes"))

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")

    wall = Wall(see=(SEE,), change=(SEND,), opened=("directive_id",))

    def __str__(self) -> str:
        return str(self.pk)


class Receipt(models.Model):
    """One recipient of a directive: the desk of an area, an organisation or an account, and how far it has come."""

    class State(models.TextChoices):
        SENT = "sent", _("not seen")
        SEEN = "seen", _("seen")
        ACCEPTED = "accepted", _("accepted")
        DONE = "done", _("done")
        WITHDRAWN = "withdrawn", _("withdrawn")

    id = FieldId()
    directive = models.ForeignKey(Directive, models.CASCADE, related_name="receipts", db_index=False)
    incident = models.ForeignKey("kernel.Incident", models.PROTECT, db_index=False)
    address = AddressField(_("where"))
    level = models.PositiveSmallIntegerField(_("level"))
    organisation = models.ForeignKey("kernel.Organisation", models.CASCADE, null=True, db_index=False)
    user = models.ForeignKey("kernel.User", models.CASCADE, null=True, related_name="+", db_index=False)
    post = models.CharField(_("post"), max_length=48, blank=True)
    version = models.PositiveIntegerField(default=1)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.SENT)
    sent_at = models.DateTimeField(_("sent"))
    seen_at = models.DateTimeField(_("seen"), null=True)
    seen_by = models.ForeignKey("kernel.User", models.SET_NULL, null=True, related_name="+", db_index=False)
    accepted_at = models.DateTimeField(_("accepted"), null=True)
    accepted_by = models.ForeignKey("kernel.User", models.SET_NULL, null=True, related_name="+", db_index=False)
    done_at = models.DateTimeField(_("done"), null=True)
    done_by = models.ForeignKey("kernel.User", models.SET_NULL, null=True, related_name="+", db_index=False)
    due_at = models.DateTimeField(_("to be done by"), null=True)
    next_at = models.DateTimeField(_("reminded or climbs"), null=True)
    reminders = models.PositiveSmallIntegerField(_("reminders"), default=0)
    desk = AddressField(_("desk that is told"))
    desk_level = models.PositiveSmallIntegerField(_("level of the desk"))
    climbs = models.PositiveSmallIntegerField(_("times climbed"), default=0)

    class Meta:
        verbose_name = _("recipient of a directive")
        verbose_name_plural = _("recipients of directives")
        constraints = [
            models.UniqueConstraint(
                fields=["directive", "address", "organisation", "user", "post"],
                name="receipt_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=~Q(state="done") | (Q(done_at__isnull=False) & Q(seen_at__isnull=False)),
                name="receipt_done_was_seen",
            ),
            models.CheckConstraint(condition=Q(seen_at=None) | Q(seen_at__gte=F("sent_at")), name="receipt_seen_later"),
        ]
        indexes = [
            models.Index(fields=["directive", "state", "address"], name="receipt_directive"),
            models.Index(fields=["level", "address"], condition=Q(state="sent"), name="receipt_unseen"),
            models.Index(fields=["address", "-sent_at"], name="receipt_address"),
            models.Index(fields=["desk", "-sent_at"], condition=Q(climbs__gt=0), name="receipt_climbed"),
            models.Index(fields=["next_at"], condition=Q(next_at__isnull=False), name="receipt_next"),
            models.Index(fields=["sent_at", "address"], name="receipt_sent"),
            models.Index(fields=["due_at", "address"], condition=Q(due_at__isnull=False), name="receipt_due"),
            models.Index(fields=["user"], condition=Q(user__isnull=False), name="receipt_user"),
            models.Index(fields=["organisation"], condition=Q(organisation__isnull=False), name="receipt_organisation"),
        ]

    wall = Wall(see=(SEE,), change=(SEND, ANSWER), opened=("id",), own=("user_id",), owner_writes=True)

    def __str__(self) -> str:
        return f"{self.directive_id}: {self.address}"


class PastReceipt(models.Model):
    """How far a recipient had come with a version that was amended since."""

    id = FieldId()
    receipt = models.ForeignKey(Receipt, models.CASCADE, related_name="past")
    version = models.PositiveIntegerField()
    address = AddressField(_("where"))
    sent_at = models.DateTimeField(_("sent"))
    seen_at = models.DateTimeField(_("seen"), null=True)
    accepted_at = models.DateTimeField(_("accepted"), null=True)
    done_at = models.DateTimeField(_("done"), null=True)

    class Meta:
        verbose_name = _("recipient of an earlier version")
        verbose_name_plural = _("recipients of earlier versions")
        constraints = [models.UniqueConstraint(fields=["receipt", "version"], name="past_receipt_once")]
        indexes = [models.Index(fields=["sent_at", "address"], name="past_receipt_sent")]

    wall = Wall(see=(SEE,), change=(SEND,), opened=("receipt_id",))

    def __str__(self) -> str:
        return f"{self.receipt_id} {self.version}"


class ReceiptProof(models.Model):
    """What shows that a recipient did what was ordered: words, a photo."""

    id = FieldId()
    receipt = models.ForeignKey(Receipt, models.CASCADE, related_name="proofs")
    incident = models.ForeignKey("kernel.Incident", models.PROTECT, db_index=False)
    version = models.PositiveIntegerField()
    address = AddressField(_("where"))
    words = Secret(_("words"), max_length=2000, blank=True, holder=HOLDER)
    file = FileName(_("photo"))
    at = models.DateTimeField(_("when"))
    by = models.ForeignKey("kernel.User", models.SET_NULL, null=True, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("proof of a directive")
        verbose_name_plural = _("proofs of directives")
        constraints = [
            models.CheckConstraint(condition=~Q(words="") | ~Q(file=""), name="receipt_proof_shows_something")
        ]

    wall = Wall(see=(SEE,), change=(ANSWER, SEND), opened=("receipt_id",))

    def __str__(self) -> str:
        return str(self.pk)
