"""Column types the kernel's tables share."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Func

from gridward.kernel.ids import new_id


class AddressField(models.BigIntegerField):
    """The address number of a place; see `gridward.kernel.address`."""


class FieldId(models.UUIDField):
    """A UUIDv7 primary key, made where the record is made."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("primary_key", True)
        options.setdefault("default", new_id)
        options.setdefault("editable", False)
        super().__init__(**options)


class FileName(models.CharField):
    """The name of a file under the media folder; the house deletes files that no such column names any more."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"max_length": 120, "blank": True, **options})

    def deconstruct(self) -> Any:
        """A column of text, for migrations."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs


class TransactionIdField(models.Field):
    """The transaction that wrote the row (`xid8`), filled in by the database."""

    def __init__(self, **options: Any) -> None:
        options["db_default"] = Func(function="pg_current_xact_id")
        options["editable"] = False
        super().__init__(**options)

    def deconstruct(self) -> Any:
        """Leave the fixed options out of migrations."""
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("db_default", None)
        kwargs.pop("editable", None)
        return name, path, args, kwargs

    def db_type(self, connection: Any) -> str:
        """The PostgreSQL type."""
        return "xid8"


def tokens_field() -> ArrayField[Any, Any]:
    """A column of search tokens; see `gridward.kernel.search`."""
    return ArrayField(models.BigIntegerField(), default=list, editable=False)


def tokens_index(name: str) -> GinIndex:
    """The index that answers a search over `tokens_field()`."""
    return GinIndex(fields=["tokens"], name=name, fastupdate=True)
