"""What an import's file was called, and the titles in it, which may be somebody's data."""

import django.db.models.deletion
from django.db import migrations, models

from gridward.kernel.secrecy.fields import Secret
from gridward.kernel.secrecy.migrating import CHECK_NOW, seal_rows, to_sealed


class Migration(migrations.Migration):

    dependencies = [
        ("kernel", "0011_export_requests"),
    ]

    operations = [
        migrations.AddField(
            model_name="importrun",
            name="incident",
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.incident"),
        ),
        migrations.RenameField(model_name="importrun", old_name="titles", new_name="header"),
        *to_sealed(
            "importrun",
            file_name=Secret(holder="person", max_length=200, verbose_name="file"),
            header=Secret(holder="person", verbose_name="titles"),
        ),
        migrations.RunPython(seal_rows("importrun", "file_name", "header")),
        CHECK_NOW,
    ]
