"""Data keys, and people whose names and numbers only the application can read."""

import django.db.models.deletion
from django.db import migrations, models

import gridward.kernel.fields
import gridward.kernel.secrecy.fields
from gridward.kernel.secrecy.migrating import CHECK_NOW, seal_rows, to_sealed


class Migration(migrations.Migration):

    dependencies = [
        ("kernel", "0007_journal_seals"),
    ]

    operations = [
        migrations.CreateModel(
            name="DataKey",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("holder", models.CharField(max_length=32, verbose_name="holder")),
                ("wrapped", models.BinaryField()),
                ("fingerprint", models.CharField(max_length=64, verbose_name="fingerprint")),
                ("made_on", models.DateTimeField(verbose_name="made")),
                ("made_in", gridward.kernel.fields.TransactionIdField()),
                ("retired_on", models.DateTimeField(null=True, verbose_name="retired")),
                ("destroyed_on", models.DateTimeField(null=True, verbose_name="destroyed")),
                ("incident", models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.incident")),
            ],
            options={
                "verbose_name": "data key",
                "verbose_name_plural": "data keys",
                "constraints": [models.UniqueConstraint(condition=models.Q(("destroyed_on", None), ("retired_on", None)), fields=("incident", "holder"), name="datakey_current_once", nulls_distinct=False)],
            },
        ),
        migrations.RemoveConstraint(model_name="person", name="person_id_number_once"),
        migrations.AddField(
            model_name="person",
            name="incident",
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, to="kernel.incident", verbose_name="incident"),
        ),
        migrations.AddField(model_name="person", name="id_hash", field=gridward.kernel.secrecy.fields.KeyedHash(of="id_number")),
        *to_sealed(
            "person",
            name=gridward.kernel.secrecy.fields.Secret(max_length=80, verbose_name="name"),
            phone=gridward.kernel.secrecy.fields.Secret(blank=True, max_length=32, verbose_name="phone"),
            id_number=gridward.kernel.secrecy.fields.Secret(blank=True, max_length=32, verbose_name="ID number"),
            note=gridward.kernel.secrecy.fields.Secret(blank=True, verbose_name="note"),
        ),
        migrations.RunPython(seal_rows("person", "name", "phone", "id_number", "note")),
        CHECK_NOW,
        migrations.AddConstraint(
            model_name="person",
            constraint=models.UniqueConstraint(condition=models.Q(("id_hash__isnull", False)), fields=("id_hash", "incident"), name="person_id_number_once", nulls_distinct=False),
        ),
    ]
