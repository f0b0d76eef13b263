"""Forgetting: an incident's rows, files and keys when their time has come, one person, one account.

Rows go first, in one transaction with the journal's entry; then the halves of the keys, then the files. Any step may be
done again: whoever finds it half done after a crash runs the same command.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Model

from gridward.kernel.access.actor import Actor
from gridward.kernel.access.models import User
from gridward.kernel.erasing.errors import IncidentOpen
from gridward.kernel.erasing.tables import Table, holders_of, references, tables_of
from gridward.kernel.errors import NotFound
from gridward.kernel.fields import FileName
from gridward.kernel.incidents.models import Incident
from gridward.kernel.journal.actions import Event, record
from gridward.kernel.journal.keeping import seal_all
from gridward.kernel.journal.seals import forget
from gridward.kernel.people.models import Person
from gridward.kernel.search import forget_words
from gridward.kernel.secrecy import keyring, keystore
from gridward.kernel.secrecy.keyring import SEARCH
from gridward.kernel.secrecy.keystore import Owner
from gridward.kernel.sheets.storage import Folder

# Notices that lead to a need or a task, and the proposals made for an incident.
_NOTICES = """
    DELETE FROM kernel_notice WHERE link IN (
        SELECT '/needs/' || id::text FROM kernel_need WHERE incident_id = %(incident)s
        UNION ALL SELECT '/crew/' || a.id::text FROM kernel_assignment a
        JOIN kernel_need n ON n.id = a.need_id WHERE n.incident_id = %(incident)s)
"""
_PLANS = "DELETE FROM kernel_plan WHERE incident_id = %(incident)s"
_FILES = """
    SELECT file FROM kernel_proof JOIN kernel_need need ON need.id = need_id WHERE file <> '' AND incident_id = %s
    EXCEPT SELECT file FROM kernel_proof JOIN kernel_need need ON need.id = need_id WHERE incident_id <> %s
"""
_IMPORTS = "SELECT id FROM kernel_importrun WHERE incident_id = %s"


@dataclass
class Erasure:
    """What was destroyed: rows by table, keys by fingerprint, files by number."""

    incident_id: UUID | None
    holders: list[str] = field(default_factory=list)
    rows: dict[str, int] = field(default_factory=dict)
    keys: list[dict[str, str]] = field(default_factory=list)
    files: int = 0
    tables: list[str] = field(default_factory=list)

    def count(self, table: str, rows: int) -> None:
        """Add to a table's count; nothing for none."""
        if rows:
            self.rows[table] = self.rows.get(table, 0) + rows


def erase_incident(
    actor: Actor, incident_id: Any, holders: Sequence[str], now: datetime, *, dry_run: bool = False
) -> Erasure:
    """Destroy what some holders left in a closed incident: rows, files and keys.

    Parameters: dry_run — count only.
    Raises: NotFound, IncidentOpen.
    """
    done, files, folders = Erasure(None), [], []
    with transaction.atomic():
        incident = Incident.objects.select_for_update().filter(pk=incident_id).first()
        if incident is None:
            raise NotFound
        if incident.closed_at is None:
            raise IncidentOpen
        done.incident_id, done.holders = incident.pk, list(holders)
        with connection.cursor() as query:
            if "caller" in holders:
                query.execute(_FILES, [incident.pk, incident.pk])
                files = [file for (file,) in query.fetchall()]
                _also(query, done, incident.pk)
            if "person" in holders:
                query.execute(_IMPORTS, [incident.pk])
                folders = [Folder(key) for (key,) in query.fetchall()]
            for holder in holders:
                # Before any row goes: emptying one table takes along what hangs off it.
                for table in tables_of(holder) if holder != "caller" else ():
                    files += _files(query, table, incident.pk)
                for table in tables_of(holder):
                    _empty(query, done, table, incident.pk)
            _destroy_keys(query, done, now)
        done.files = len(files) + sum(folder.path.exists() for folder in folders)
        if dry_run:
            transaction.set_rollback(True)
            return done
        data = {"holders": done.holders, "rows": done.rows, "keys": [one["fingerprint"] for one in done.keys]}
        event = Event("incident.erased", "incident", str(incident.pk), incident.address, now, incident.pk, data)
        record(actor, [event])
    _destroy_outside(done, now)
    for folder in folders:
        folder.delete()
    _unlink(files)
    return done


def _also(query: Any, done: Erasure, incident_id: UUID) -> None:
    for table, statement in (("kernel_notice", _NOTICES), ("kernel_assignment", _UNPLANNED), ("kernel_plan", _PLANS)):
        query.execute(statement, {"incident": incident_id})
        if table != "kernel_assignment":
            done.count(table, query.rowcount)


_UNPLANNED = """
    UPDATE kernel_assignment SET plan_id = NULL
    WHERE plan_id IN (SELECT id FROM kernel_plan WHERE incident_id = %(incident)s)
"""


def _files(query: Any, table: Table, incident_id: UUID) -> list[str]:
    key, found = table.model._meta.pk.column, []
    for column in (one.column for one in table.model._meta.concrete_fields if isinstance(one, FileName)):
        query.execute(
            f"SELECT {column} FROM {table.name} WHERE {column} <> '' AND {key} IN ({table.rows})",  # nosec B608
            [incident_id],
        )
        found += [file for (file,) in query.fetchall()]
    return found


def _empty(query: Any, done: Erasure, table: Table, incident_id: UUID) -> None:
    _let_go(query, done, table.model, table.rows, incident_id)
    key = table.model._meta.pk.column
    query.execute(f"DELETE FROM {table.name} WHERE {key} IN ({table.rows})", [incident_id])  # nosec B608 # names of ours
    done.count(table.name, query.rowcount)
    done.tables.append(table.name)


def _let_go(query: Any, done: Erasure, model: type[Model], rows: str, incident_id: UUID) -> None:
    """Free some rows of what points at them: emptied where that may be, else deleted with what points at that."""
    for other, column, nullable in references(model):
        name, key = other._meta.db_table, other._meta.pk.column
        if other is model:
            continue
        if nullable:
            query.execute(f"UPDATE {name} SET {column} = NULL WHERE {column} IN ({rows})", [incident_id])  # nosec B608 # names of ours
            continue
        theirs = f"SELECT {key} FROM {name} WHERE {column} IN ({rows})"  # nosec B608 # names of ours
        _let_go(query, done, other, theirs, incident_id)
        query.execute(f"DELETE FROM {name} WHERE {column} IN ({rows})", [incident_id])  # nosec B608 # names of ours
        done.count(name, query.rowcount)


def _destroy_keys(query: Any, done: Erasure, now: datetime) -> None:
    names = [name for holder in done.holders for name in (holder, holder + SEARCH)]
    query.execute(
        "UPDATE kernel_datakey SET wrapped = '', destroyed_on = %s "
        "WHERE incident_id = %s AND holder = ANY(%s) AND destroyed_on IS NULL RETURNING holder, fingerprint",
        [now, done.incident_id, names],
    )
    done.keys += [{"holder": holder, "fingerprint": mark} for holder, mark in query.fetchall()]


def _destroy_outside(done: Erasure, now: datetime) -> None:
    """The halves of the keys: after this no backup of the database opens what was sealed with them."""
    for holder in done.holders:
        for name in (holder, holder + SEARCH):
            keystore.destroy_half(Owner(done.incident_id, name), now)
    keyring.forget_all()
    forget_words()


def _unlink(files: Iterable[str]) -> None:
    for file in files:
        (Path(settings.MEDIA_ROOT) / file).unlink(missing_ok=True)


def erase_person(actor: Actor, person_id: Any, now: datetime) -> Erasure:
    """Destroy one person's record, their needs, and what was said of them in the journal.

    The ids go on a list beside the keys, so that a restored backup can be cleared of them again.
    Raises: NotFound.
    """
    seal_all(now)
    done = Erasure(None)
    with transaction.atomic(), connection.cursor() as query:
        person = Person.objects.select_for_update(of=("self",)).filter(pk=person_id).first()
        if person is None:
            raise NotFound
        query.execute("SELECT id FROM kernel_need WHERE person_id = %s", [person.pk])
        key, needs = person.pk, [one for (one,) in query.fetchall()]
        query.execute("SELECT id FROM kernel_assignment WHERE need_id = ANY(%s)", [needs])
        subjects = [key, *needs, *(one for (one,) in query.fetchall())]
        files = _empty_needs(query, done, needs)
        _forget_entries(query, done, list(map(str, subjects)))
        person.delete()
        done.count("kernel_person", 1)
        event = Event("person.erased", "person", str(key), person.address, now, person.incident_id)
        record(actor, [event])
    list_erased("kernel_person", [key], now)
    list_erased("kernel_need", needs, now)
    _unlink(files)
    forget_words()
    return done


def _empty_needs(query: Any, done: Erasure, needs: list[UUID]) -> list[str]:
    query.execute("SELECT id FROM kernel_assignment WHERE need_id = ANY(%s)", [needs])
    links = [f"/crew/{key}" for (key,) in query.fetchall()] + [f"/needs/{key}" for key in needs]
    query.execute("DELETE FROM kernel_notice WHERE link = ANY(%s)", [links])
    done.count("kernel_notice", query.rowcount)
    query.execute(
        "SELECT file FROM kernel_proof WHERE need_id = ANY(%s) AND file <> '' "
        "EXCEPT SELECT file FROM kernel_proof WHERE NOT need_id = ANY(%s)",
        [needs, needs],
    )
    files = [file for (file,) in query.fetchall()]
    done.files = len(files)
    query.execute("UPDATE kernel_need SET joined_to_id = NULL WHERE joined_to_id = ANY(%s)", [needs])
    for table, column in (("kernel_proof", "need_id"), ("kernel_assignment", "need_id"), ("kernel_need", "id")):
        query.execute(f"DELETE FROM {table} WHERE {column} = ANY(%s)", [needs])  # nosec B608 # only names of our own
        done.count(table, query.rowcount)
    return files


def _forget_entries(query: Any, done: Erasure, subjects: list[str]) -> None:
    query.execute(
        "SELECT id FROM kernel_entry WHERE subject_id = ANY(%s) AND data::text LIKE '%%\"sealed\"%%'", [subjects]
    )
    entries = [key for (key,) in query.fetchall()]
    forget(settings.JOURNAL_KEY, entries)
    query.execute("DELETE FROM kernel_entry WHERE id = ANY(%s)", [entries])
    done.count("kernel_entry", query.rowcount)


def erase_account(actor: Actor, username: str, now: datetime) -> Erasure:
    """Take name, phone, e-mail and every way in from an account; what it did stays, done by nobody's name.

    Raises: NotFound.
    """
    done = Erasure(None)
    with transaction.atomic(), connection.cursor() as query:
        user = User.objects.select_for_update(of=("self",)).filter(username=username).first()
        if user is None:
            raise NotFound
        for table in ("mfa_authenticator", "usersessions_usersession", "account_emailaddress"):
            query.execute(f"DELETE FROM {table} WHERE user_id = %s", [user.pk])  # nosec B608 # only names of our own
            done.count(table, query.rowcount)
        user.username, user.display_name, user.is_active = f"erased-{user.pk}", "", False
        user.phone = user.email = user.first_name = user.last_name = ""
        user.is_staff = user.is_superuser = False
        user.set_unusable_password()
        user.save()
        user.grants.all().delete()
        done.count("kernel_user", 1)
        record(actor, [Event("person.erased", "account", str(user.pk), 0, now)])
    return done


def erase_again(actor: Actor, now: datetime) -> Erasure:
    """Clear a restored backup of everybody who was erased after it was made: rows on the list, keys that are gone."""
    done = Erasure(None)
    people = [row["id"] for row in erased_rows() if row["table"] == "kernel_person"]
    needs = [UUID(row["id"]) for row in erased_rows() if row["table"] == "kernel_need"]
    for key in Person.objects.filter(pk__in=people).values_list("pk", flat=True):
        _add(done, erase_person(actor, key, now))
    with transaction.atomic(), connection.cursor() as query:
        _unlink(_empty_needs(query, done, needs))
        _empty_listed(query, done)
    for incident in Incident.objects.all():
        gone = [name for name in holders_of(incident.pk) if keystore.is_destroyed(Owner(incident.pk, name))]
        if gone:
            incident.closed_at = incident.closed_at or now
            incident.save(update_fields=["closed_at"])
            _add(done, erase_incident(actor, incident.pk, gone, now))
    return done


def _empty_listed(query: Any, done: Erasure) -> None:
    """Destroy the rows of lines that are on the list: what else names them forgets them."""
    listed: dict[str, list[UUID]] = {}
    for row in erased_rows():
        listed.setdefault(row["table"], []).append(UUID(row["id"]))
    for model in apps.get_models():
        table, keys = model._meta.db_table, listed.get(model._meta.db_table)
        if not keys or table in ("kernel_person", "kernel_need"):
            continue
        for other, column, nullable in references(model):
            name = other._meta.db_table
            change = f"UPDATE {name} SET {column} = NULL" if nullable else f"DELETE FROM {name}"
            query.execute(f"{change} WHERE {column} = ANY(%s)", [keys])  # nosec B608 # only names of our own
            done.count(name, 0 if nullable else query.rowcount)
        query.execute(f"DELETE FROM {table} WHERE {model._meta.pk.column} = ANY(%s)", [keys])  # nosec B608 # names of ours
        done.count(table, query.rowcount)


def _add(done: Erasure, more: Erasure) -> None:
    for table, rows in more.rows.items():
        done.count(table, rows)
    done.keys += more.keys
    done.files += more.files
    done.tables += more.tables


def erased_rows() -> list[dict[str, str]]:
    """The rows of single people that were erased, from the list beside the keys."""
    path = _list()
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []


def list_erased(table: str, keys: Iterable[UUID], now: datetime) -> None:
    """Put rows of a table on the list beside the keys, so that a restored backup is cleared of them again."""
    path = _list()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.touch(mode=0o600)
    with path.open("a", encoding="utf-8") as file:
        for key in keys:
            file.write(json.dumps({"table": table, "id": str(key), "at": now.isoformat()}) + "\n")


def _list() -> Path:
    return Path(settings.KEY_FOLDER) / "erased-rows"
