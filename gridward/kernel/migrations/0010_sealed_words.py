"""What callers say and how staff are reached: only the application can read it."""

from django.db import migrations, models

from gridward.kernel.secrecy.fields import Secret
from gridward.kernel.secrecy.migrating import CHECK_NOW, seal_rows, to_sealed

_REFUSED = "need_refused_by_name_with_reason"
_SHOWS = "proof_shows_something"
_NEED = ("place", "words", "caller_name", "caller_phone", "outcome")


class Migration(migrations.Migration):

    dependencies = [
        ("kernel", "0009_data_keys"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="need", name=_REFUSED),
        migrations.RemoveConstraint(model_name="proof", name=_SHOWS),
        *to_sealed(
            "need",
            place=Secret(blank=True, holder="caller", max_length=200, verbose_name="place in words"),
            words=Secret(holder="caller", verbose_name="words"),
            caller_name=Secret(blank=True, holder="caller", max_length=80, verbose_name="caller"),
            caller_phone=Secret(blank=True, holder="caller", max_length=32, verbose_name="caller's phone"),
            outcome=Secret(blank=True, holder="caller", verbose_name="outcome"),
        ),
        *to_sealed("proof", words=Secret(blank=True, holder="caller", verbose_name="words", via="need")),
        *to_sealed("resource", phone=Secret(blank=True, holder="staff", max_length=32, verbose_name="phone")),
        *to_sealed(
            "organisation",
            phone=Secret(blank=True, holder="staff", max_length=32, verbose_name="phone"),
            leader=Secret(blank=True, holder="staff", max_length=80, verbose_name="leader"),
        ),
        migrations.RenameField(model_name="assignment", old_name="end_reason", new_name="end_words"),
        *to_sealed("assignment", end_words=Secret(blank=True, holder="caller", verbose_name="reason", via="need")),
        migrations.AddField(
            model_name="assignment",
            name="end_reason",
            field=models.CharField(blank=True, default="", max_length=32, verbose_name="how it ended"),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="need",
            name="private",
            field=Secret(blank=True, holder="caller", verbose_name="further details, private"),
        ),
        migrations.RunPython(seal_rows("need", *_NEED)),
        migrations.RunPython(seal_rows("proof", "words")),
        migrations.RunPython(seal_rows("resource", "phone")),
        migrations.RunPython(seal_rows("organisation", "phone", "leader")),
        migrations.RunPython(seal_rows("assignment", "end_words")),
        CHECK_NOW,
        migrations.AddConstraint(
            model_name="need",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("state", "refused"), _negated=True), models.Q(("closed_by__isnull", False), models.Q(("outcome", ""), _negated=True)), _connector="OR"),
                name=_REFUSED,
            ),
        ),
        migrations.AddConstraint(
            model_name="proof",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("words", ""), _negated=True), models.Q(("file", ""), _negated=True), _connector="OR"),
                name=_SHOWS,
            ),
        ),
    ]
