"""Making a column of plain text a sealed one, with the rows that are there; for migrations only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db import migrations

from gridward.kernel.search import name_tokens, number_tokens, text_tokens
from gridward.kernel.secrecy.fields import Secret
from gridward.kernel.secrecy.keyring import search_key

CHECK_NOW = migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
"""After sealing rows and before a table changes again: PostgreSQL refuses that while checks of rows wait."""
_BLOCK = 2000
_NUMBERS = frozenset({"phone", "id_number", "caller_phone"})
_NAMES = frozenset({"name", "caller_name"})
_FOUND_BY = _NUMBERS | _NAMES | {"words", "place"}


def to_sealed(model: str, **fields: Secret) -> list[Any]:
    """Operations that turn columns of text into columns of bytes, still holding the text as UTF-8."""
    table = f"kernel_{model}"
    columns = ", ".join(
        f"ALTER COLUMN {name} DROP DEFAULT, ALTER COLUMN {name} TYPE bytea USING convert_to({name}::text, 'UTF8')"
        for name in fields
    )
    altered = [migrations.AlterField(model_name=model, name=name, field=field) for name, field in fields.items()]
    return [migrations.RunSQL(f"ALTER TABLE {table} {columns}", state_operations=altered)]


def seal_rows(model: str, *names: str) -> Callable[[Any, Any], None]:
    """What seals the rows that `to_sealed` left readable, and hashes their search tokens anew."""

    def run(apps: Any, schema_editor: Any) -> None:
        rows = apps.get_model("kernel", model)
        table, columns = rows._meta.db_table, ", ".join(f"convert_from({name}, 'UTF8')" for name in names)
        with schema_editor.connection.cursor() as query:
            query.execute(f"SELECT id, {columns} FROM {table}")  # nosec B608 # only names of our own are formatted in
            while block := query.fetchmany(_BLOCK):
                for key, *texts in block:
                    _seal_row(rows, key, dict(zip(names, texts, strict=True)))

    return run


def _seal_row(rows: Any, key: Any, texts: dict[str, str]) -> None:
    row = rows.objects.defer(*texts).get(pk=key)
    for name, text in texts.items():
        setattr(row, name, text)
    fields = {field.name for field in rows._meta.concrete_fields}
    anew = {"tokens", "id_hash"} & fields if "incident" in fields else set[str]()
    if "tokens" in anew:
        found_by = {name: text for name, text in texts.items() if name in _FOUND_BY}
        row.tokens = _tokens(found_by, row.incident_id, Secret.of(rows, next(iter(texts))).holder_name)
    row.save(update_fields=[*texts, *anew])


def _tokens(texts: dict[str, str], incident_id: UUID | None, holder: str) -> list[int]:
    key, found = search_key(incident_id, holder), set[int]()
    for name, text in texts.items():
        of = number_tokens if name in _NUMBERS else name_tokens if name in _NAMES else text_tokens
        found |= set(of(text, key))
    return sorted(found)
