"""What only the application can do between staged rows and a register: open sealed columns, seal new ones, hash tokens.

Sealed columns are opened into temporary tables, which PostgreSQL writes neither into its log nor into backups.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import connection, models

from gridward.kernel.ids import new_id
from gridward.kernel.incidents.queries import running
from gridward.kernel.search import number_token
from gridward.kernel.secrecy.fields import KeyedHash, Sealer, Secret
from gridward.kernel.secrecy.keyring import search_keys
from gridward.kernel.sheets.spec import Register
from gridward.kernel.sheets.staging import text_cell

_TOGETHER = 1_000


def source_of(register: Register, number: int) -> str:
    """The table that records are compared in: the register's own, or its opened candidates."""
    return f"opened_{number}" if secrets_of(register) else table_of(register)


def open_candidates(register: Register, number: int) -> None:
    """Open the records that staged rows may be about into `opened_{number}`; nothing for tables without secrets."""
    secrets = secrets_of(register)
    if not secrets:
        return
    table, key, names = table_of(register), key_of(register), [one.name for one in secrets]
    with connection.cursor() as query:
        query.execute(f"DROP TABLE IF EXISTS pg_temp.opened_{number}, pg_temp.texts")
        query.execute(f"CREATE TEMP TABLE texts (key {key_kind(register)}, {', '.join(f'{one} text' for one in names)})"
                      " ON COMMIT DROP")  # fmt: skip
        listed = ", ".join(f"t.{one}" for one in names)
        query.execute(f"SELECT t.{key}, {listed} FROM {table} t WHERE t.{key} IN ({_candidates(register)})")  # nosec B608 # only names of our own are formatted in
        rows = query.fetchall()
        _copy(query, f"COPY texts (key, {', '.join(names)}) FROM STDIN", (_texts(secrets, *row) for row in rows))
        query.execute("ANALYZE texts (key)")
        plain = [one.column for one in _model(register)._meta.concrete_fields if not isinstance(one, Secret)]
        query.execute(
            f"CREATE TEMP TABLE opened_{number} ON COMMIT DROP AS "  # nosec B608 # only names of our own are formatted in
            f"SELECT {', '.join(f't.{one}' for one in plain)}, {', '.join(f'texts.{one}' for one in names)} "
            f"FROM {table} t JOIN texts ON texts.key = t.{key}"
        )
        query.execute(f"ANALYZE opened_{number} ({', '.join(plain)})")


def _candidates(register: Register) -> str:
    table, key = table_of(register), key_of(register)
    conditions = register.candidates or register.matches
    found = [f"SELECT t.{key} FROM incoming i JOIN {table} t ON {one}" for one in conditions]
    for hashed in _hashes_of(register):
        _hash_incoming(hashed)
        found.append(f"SELECT t.{key} FROM hashed JOIN {table} t ON t.{hashed.column} = hashed.hash")
    return " UNION ".join(found)


def _hash_incoming(hashed: KeyedHash) -> None:
    """The hashes of staged numbers under the key of each incident, as a record may hang off any."""
    keys = search_keys(Secret.of(hashed.model, hashed.of).holder_name)
    with connection.cursor() as query:
        query.execute("DROP TABLE IF EXISTS pg_temp.hashed")
        query.execute("CREATE TEMP TABLE hashed (hash bigint) ON COMMIT DROP")
        query.execute(f"SELECT DISTINCT lower({hashed.of}) FROM incoming WHERE {hashed.of} <> ''")  # nosec B608 # a column of ours
        numbers = [text for (text,) in query.fetchall()]
        _copy(
            query, "COPY hashed (hash) FROM STDIN", (f"{number_token(text, key)}\n" for text in numbers for key in keys)
        )
        query.execute("ANALYZE hashed")


def _texts(secrets: Sequence[Secret], key: Any, *values: Any) -> str:
    cells = (text_cell(field.opened(value, key)) for field, value in zip(secrets, values, strict=True))
    return f"{key}\t" + "\t".join(cells) + "\n"


def complete(register: Register, number: int) -> None:
    """Make of merged rows what the database cannot, into `completed`: keys, tokens, sealed and hashed columns."""
    work = Completion(register)
    hangs = ", held_by" if work.hangs else ", NULL"
    wanted = ", ".join(["n", "outcome", f"key{hangs}", *work.inputs])
    with connection.cursor() as query:
        query.execute(f"SELECT {wanted} FROM merged_{number} WHERE outcome <> 'unchanged'")  # nosec B608 # names of ours
        rows = query.fetchall()
        query.execute("DROP TABLE IF EXISTS pg_temp.completed")
        query.execute(f"CREATE TEMP TABLE completed ({work.declared}) ON COMMIT DROP")
        _copy(query, "COPY completed FROM STDIN", (work.line(*row) for row in rows))
        query.execute("ANALYZE completed")


class Completion:
    """Completes the rows of one register; new records hang off the incident in force."""

    def __init__(self, register: Register) -> None:
        self.register, self.sealer = register, Sealer(_model(register))
        self.hangs = hangs_off_incident(register)
        incident = running() if self.hangs else None
        self.incident_id = incident.pk if incident else None
        self.inputs = list(dict.fromkeys([*register.token_fields, *self.sealer.secrets]))
        self._keys = _new_keys(register)
        columns = ["n integer", f"id {key_kind(register)}", "incident_id uuid", "tokens bigint[]"]
        columns += [f"{name} bytea" for name in self.sealer.secrets]
        self.declared = ", ".join([*columns, *(f"{name} bigint" for name in self.sealer.hashes)])

    def line(self, n: int, outcome: str, key: Any, held_by: UUID | None, *values: Any) -> str:
        """One row of `completed` as COPY takes it."""
        given = dict(zip(self.inputs, values, strict=True))
        incident_id = self.incident_id if outcome == "created" else held_by
        made = next(self._keys) if outcome == "created" else None
        sealed = (self.sealer.sealed(name, given[name], made or key, incident_id) for name in self.sealer.secrets)
        hashes = (self.sealer.hashed(name, given[one.of], incident_id) for name, one in self.sealer.hashes.items())
        cells = [n, _null(made), _null(incident_id), f"{{{','.join(map(str, self._tokens(given, incident_id)))}}}"]
        cells += [f"\\\\x{value.hex()}" for value in sealed]
        return "\t".join(map(str, [*cells, *map(_null, hashes)])) + "\n"

    def _tokens(self, given: dict[str, Any], incident_id: UUID | None) -> Iterable[int]:
        if self.register.tokens is None:
            return ()
        values = [given[name] for name in self.register.token_fields]
        if not self.hangs:
            return self.register.tokens(*values)
        return self.register.tokens(*values, key=self.sealer.search_key(incident_id))


def makes_key(register: Register) -> bool:
    """Whether `complete` makes the keys of new records: what is sealed is sealed for its key."""
    return key_kind(register) == "uuid" or bool(secrets_of(register))


def _new_keys(register: Register) -> Iterator[Any]:
    """Keys for new records, without end; nothing for tables whose keys the database makes."""
    if not makes_key(register):
        return itertools.repeat(None)
    if key_kind(register) == "uuid":
        return iter(new_id, None)
    return _numbers(table_of(register), key_of(register))


def _numbers(table: str, key: str) -> Iterator[int]:
    while True:
        with connection.cursor() as query:
            query.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)", [table, key, _TOGETHER]
            )
            found = query.fetchall()
        yield from (number for (number,) in found)


def sealed_names(registers: Iterable[Register]) -> set[str]:
    """The names under which sheets hold what is sealed in their registers."""
    return {one.name for register in registers for one in secrets_of(register)}


def made_columns(register: Register) -> list[str]:
    """The columns `complete` makes."""
    found = [str(one.column) for one in [*secrets_of(register), *_hashes_of(register)]]
    return [*found, "tokens"] if register.tokens else found


def secrets_of(register: Register) -> list[Secret]:
    """The sealed columns of a register's table."""
    return [one for one in _model(register)._meta.concrete_fields if isinstance(one, Secret)]


def hangs_off_incident(register: Register) -> bool:
    """Whether a register's records hang off an incident, and are sealed for it."""
    return bool(secrets_of(register)) and any(
        one.column == "incident_id" for one in _model(register)._meta.concrete_fields
    )


def table_of(register: Register) -> str:
    """The register's table."""
    return _model(register)._meta.db_table


def key_of(register: Register) -> str:
    """The column of the register's primary key."""
    return str(_model(register)._meta.pk.column)


def key_kind(register: Register) -> str:
    """The PostgreSQL type of the register's primary key."""
    return str(_model(register)._meta.pk.db_type(connection))


def _hashes_of(register: Register) -> list[KeyedHash]:
    return [one for one in _model(register)._meta.concrete_fields if isinstance(one, KeyedHash)]


def _model(register: Register) -> type[models.Model]:
    return apps.get_model(register.model)


def _null(value: Any) -> str:
    return "\\N" if value is None else str(value)


def _copy(query: Any, statement: str, lines: Iterable[str]) -> None:
    # Made in full first: a key that has to be looked up needs the connection that COPY would hold.
    made = list(lines)
    with query.cursor.copy(statement) as copy:
        for start in range(0, len(made), _TOGETHER):
            copy.write("".join(made[start : start + _TOGETHER]))
