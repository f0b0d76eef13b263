"""Columns whose content only the application can read: text in Python, sealed bytes in the database.

A line needs only `name = Secret(_("name"), max_length=80)`. The value is bound to its table, column and row, and sealed
under the key of the row's incident, so that it can be neither moved nor read once the incident is forgotten.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any
from uuid import UUID

from django.core.exceptions import FieldError
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models.query_utils import DeferredAttribute
from django.utils.translation import gettext_lazy as _

from gridward.kernel.search import number_token
from gridward.kernel.secrecy import keyring
from gridward.kernel.secrecy.keystore import KeyGone

ERASED = "␡"
"""What stands where a text was whose key is destroyed."""
_LOOKUPS = frozenset({"exact", "isnull"})


class Sealed(bytes):
    """A value as the database keeps it; opened by its field when somebody looks at it."""


class SecretAttribute(DeferredAttribute):
    """Opens a value when it is read; what nobody reads or sets goes back as it came."""

    def __get__(self, instance: Any, cls: Any = None) -> Any:
        """The text."""
        value = super().__get__(instance, cls)
        return self.field.opened(value, instance.pk) if isinstance(value, Sealed) else value

    def __set__(self, instance: Any, value: Any) -> None:
        """A new text, or what came from the database."""
        instance.__dict__[self.field.attname] = value


class Secret(models.Field):
    """A text that is sealed; asked for only by whether it is empty, never by what it says.

    Parameters: holder — whose key it is under, the table's name unless told; via — the foreign key to the row that
        hangs off the incident, where this one does not itself.
    """

    description = _("sealed text")
    descriptor_class = SecretAttribute

    def __init__(self, *args: Any, holder: str = "", via: str = "", **options: Any) -> None:
        self.holder, self.via = holder, via
        super().__init__(*args, **options)
        if self.max_length is not None:
            self.validators.append(MaxLengthValidator(self.max_length))

    @classmethod
    def of(cls, model: type[models.Model], name: str) -> Secret:
        """The sealed column of a table by its name."""
        field = model._meta.get_field(name)
        assert isinstance(field, cls)
        return field

    def deconstruct(self) -> Any:
        """With what migrations need to seal rows."""
        name, path, args, kwargs = super().deconstruct()
        kwargs.update({key: value for key, value in (("holder", self.holder), ("via", self.via)) if value})
        return name, path, args, kwargs

    def db_type(self, connection: Any) -> str:
        """The PostgreSQL type."""
        return "bytea"

    def get_lookup(self, lookup_name: str) -> Any:
        """Only what can be told from outside."""
        if lookup_name not in _LOOKUPS:
            raise FieldError(f"{self.name} is sealed: search by its tokens or its keyed hash")
        return super().get_lookup(lookup_name)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        """Sealed still: most rows of a list are never looked into."""
        return value if value is None else Sealed(value) if value else ""

    def to_python(self, value: Any) -> Any:
        """A text."""
        return value if value is None or isinstance(value, str) else str(value)

    def get_prep_value(self, value: Any) -> Any:
        """Bytes; a text cannot be written without its row."""
        if value is None or isinstance(value, Sealed):
            return value
        if value == "":
            return b""
        raise FieldError(f"{self.name} is sealed for its own row: set it on the record and save that")

    def pre_save(self, model_instance: Any, add: bool) -> Any:
        """The sealed value of a record about to be written."""
        return self.sealed_of(model_instance)

    def sealed_of(self, instance: Any) -> Any:
        """A record's value as it is written; '' stays empty."""
        value = instance.__dict__.get(self.attname)
        if value is None or value == "" or isinstance(value, Sealed):
            return value
        return self.sealed(str(value), instance.pk, self.incident_of(instance))

    def incident_of(self, instance: Any) -> UUID | None:
        """The incident whose key a record is under; None for what stands in quiet times too."""
        row = getattr(instance, self.via) if self.via else instance
        return getattr(row, "incident_id", None)

    def sealed(self, text: str, key: Any, incident_id: UUID | None) -> Sealed:
        """A text sealed for the row of a primary key.

        Raises: KeyGone if the incident was forgotten.
        """
        if not text:
            return Sealed()
        return Sealed(self.sealing_key(incident_id).seal(text, self.where(key)))

    def sealing_key(self, incident_id: UUID | None) -> keyring.Key:
        """The key new values of an incident are under; for loaders that seal many."""
        return keyring.sealing_key(incident_id, self.holder_name)

    def search_key(self, incident_id: UUID | None) -> bytes:
        """What search tokens of this column's table are hashed with."""
        return keyring.search_key(incident_id, self.holder_name)

    @property
    def holder_name(self) -> str:
        """Whose key it is under."""
        return self.holder or str(self.model._meta.model_name)

    def opened(self, value: Any, key: Any) -> str:
        """The text of a row's value; `ERASED` once its key is destroyed."""
        if not value:
            return ""
        try:
            return keyring.opened(value, self.where(key))
        except KeyGone:
            return ERASED

    def where(self, key: Any) -> bytes:
        """What binds a value to its table, column and row."""
        if key is None:
            raise FieldError(f"{self.name} is sealed for its own row: give the record its key first")
        return self._place + (key.bytes if isinstance(key, UUID) else str(key).encode())

    @cached_property
    def _place(self) -> bytes:
        return f"{self.model._meta.db_table}.{self.column}/".encode()

    def formfield(self, **options: Any) -> Any:
        """A line of text."""
        return super().formfield(**{"max_length": self.max_length, **options})


class KeyedHash(models.BigIntegerField):
    """What a secret number is found by: 64 bits of HMAC-SHA256 under its incident's search key; null for none."""

    def __init__(self, *args: Any, of: str = "", **options: Any) -> None:
        self.of = of
        super().__init__(*args, **{"null": True, "editable": False, **options})

    def deconstruct(self) -> Any:
        """With the name of the secret."""
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "of": self.of}

    def pre_save(self, model_instance: Any, add: bool) -> Any:
        """The hash of the secret as it is written; what was not set anew keeps its hash."""
        secret = model_instance.__dict__.get(self.of)
        if not isinstance(secret, Sealed):
            incident_id = getattr(model_instance, "incident_id", None)
            key = Secret.of(self.model, self.of).search_key(incident_id) if secret else b""
            found = number_token(secret.lower(), key) if secret else None
            setattr(model_instance, self.attname, found)
        return super().pre_save(model_instance, add)


class Sealer:
    """Seals many values of one table, asking for each key once: for imports and loads."""

    def __init__(self, model: type[models.Model]) -> None:
        self.secrets = {one.name: one for one in model._meta.concrete_fields if isinstance(one, Secret)}
        self.hashes = {one.name: one for one in model._meta.concrete_fields if isinstance(one, KeyedHash)}
        self._keys: dict[tuple[str, UUID | None], keyring.Key] = {}
        self._search: dict[UUID | None, bytes] = {}

    def sealed(self, name: str, text: str | None, key: UUID, incident_id: UUID | None) -> bytes:
        """One value of the row of a primary key; empty stays empty."""
        if not text:
            return b""
        field, place = self.secrets[name], (name, incident_id)
        found = self._keys.get(place)
        if found is None:
            found = self._keys[place] = field.sealing_key(incident_id)
        return found.seal(text, field.where(key))

    def hashed(self, name: str, text: str | None, incident_id: UUID | None) -> int | None:
        """The keyed hash of a number, for the column of that name."""
        return number_token(text.lower(), self.search_key(incident_id)) if text else None

    def search_key(self, incident_id: UUID | None) -> bytes:
        """What tokens of an incident's rows are hashed with."""
        found = self._search.get(incident_id)
        if found is None:
            field = next(iter(self.secrets.values()))
            found = self._search[incident_id] = field.search_key(incident_id)
        return found
