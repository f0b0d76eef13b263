"""Who works here: names and phones of accounts are sealed like everybody's."""

from django.db import migrations

from gridward.kernel.secrecy.fields import Secret
from gridward.kernel.secrecy.migrating import CHECK_NOW, seal_rows, to_sealed


class Migration(migrations.Migration):

    dependencies = [
        ("kernel", "0013_field_sync"),
    ]

    operations = [
        *to_sealed(
            "user",
            display_name=Secret(blank=True, holder="staff", max_length=80, verbose_name="name"),
            phone=Secret(blank=True, holder="staff", max_length=32, verbose_name="phone"),
        ),
        migrations.RunPython(seal_rows("user", "display_name", "phone")),
        CHECK_NOW,
    ]
