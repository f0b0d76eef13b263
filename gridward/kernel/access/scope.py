"""How far the database lets whoever acts see and write: the scope, signed by the house, checked by every policy.

A scope is wanted by `enter`, `house` and the like, and sent just before the next statement that needs it. Inside a
transaction it holds until the transaction ends; outside, for the session, until another is wanted.
Source: docs/adr/0017-walls-in-the-database.md
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar, Token
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg.pq import TransactionStatus

from gridward.kernel.access.actor import Actor
from gridward.kernel.address import Span, merge

_BLOCK_BYTES = 64
_RANGE = re.compile(r"\[(\d+),(\d+)\)")


@dataclass(frozen=True)
class Scope:
    """Claims as JSON, and rows opened beside them; empty claims are nobody's, who sees and writes nothing."""

    claims: str
    opened: frozenset[str] = frozenset()

    def text(self) -> str:
        """The claims as the database takes them."""
        if not self.opened or self == HOUSE:
            return self.claims
        return json.dumps({**json.loads(self.claims or "{}"), "opened": sorted(self.opened)}, separators=(",", ":"))


NOBODY = Scope("")
HOUSE = Scope('{"*":true}')
PUBLIC = Scope("{}")
"""A resident: sees what was opened to them, and may write to the journal what they did."""
DOOR = Scope('{"door":true}')
"""Signing in: sees accounts, and nothing else."""
_UNTOLD = Scope("untold")

_wanted: ContextVar[Scope | None] = ContextVar("gridward_scope", default=None)
_usual = NOBODY


def act_as_house() -> None:
    """From now on this process acts as the house unless told otherwise: commands and workers, never the web."""
    global _usual
    _usual = HOUSE


def wanted() -> Scope:
    """The scope in force."""
    return _wanted.get() or _usual


def scope_of(actor: Actor) -> Scope:
    """The scope of an actor: their capabilities with their ranges, and who they are."""
    if actor.everything:
        return HOUSE
    return Scope(_claims(actor.user_id, tuple(sorted(actor.reach.items()))))


@lru_cache(maxsize=1024)
def _claims(user_id: int | None, reach: tuple[tuple[str, tuple[Span, ...]], ...]) -> str:
    claims: dict[str, Any] = {capability: _ranges(spans) for capability, spans in reach}
    if reach:
        claims["any"] = _ranges(merge(one for _, spans in reach for one in spans))
    if user_id is not None:
        claims |= {"me": user_id, "staff": True}
    return json.dumps(claims, separators=(",", ":"))


def _ranges(spans: tuple[Span, ...]) -> str:
    return "{" + ",".join(f"[{one.low},{one.high})" for one in spans) + "}"


def enter(scope: Scope | Actor) -> None:
    """Act in a scope from here to the end of the block that `within` opened: a request."""
    _wanted.set(scope_of(scope) if isinstance(scope, Actor) else scope)


@contextmanager
def within(scope: Scope | Actor) -> Iterator[None]:
    """Act in a scope inside the block, then in the one before."""
    before: Token[Scope | None] = _wanted.set(scope_of(scope) if isinstance(scope, Actor) else scope)
    try:
        yield
    finally:
        _wanted.reset(before)


def house() -> Any:
    """Act as the house inside the block: for what crosses areas by right. Read rows to the end inside it."""
    return within(HOUSE)


def open_rows(*ids: Any) -> None:
    """Open rows by id to whoever acts, to read and to change, for the rest of the block."""
    now = wanted()
    if now != HOUSE:
        _wanted.set(Scope(now.claims or PUBLIC.claims, now.opened | {str(one) for one in ids if one is not None}))


def reaches(span: Span, *capabilities: str) -> bool:
    """Whether the scope in force holds one of some capabilities over a whole range."""
    now = wanted()
    return now == HOUSE or any(low <= span.low and span.high <= high for low, high in _held(now.claims, capabilities))


@lru_cache(maxsize=1024)
def _held(claims: str, capabilities: tuple[str, ...]) -> tuple[tuple[int, int], ...]:
    found = json.loads(claims or "{}")
    ranges = _RANGE.findall("".join(found.get(capability, "") for capability in capabilities))
    return tuple((int(low), int(high)) for low, high in ranges)


def pads(key: bytes) -> tuple[bytes, bytes]:
    """The two keys of an HMAC with SHA-256 (RFC 2104), as the database keeps them."""
    block = (hashlib.sha256(key).digest() if len(key) > _BLOCK_BYTES else key).ljust(_BLOCK_BYTES, b"\0")
    return bytes(byte ^ 0x36 for byte in block), bytes(byte ^ 0x5C for byte in block)


def guard(connection: BaseDatabaseWrapper, **_more: Any) -> None:
    """Have a new connection send the scope in force before each statement; the owner's needs none."""
    ours = connection.alias == "default" and not getattr(connection, "is_owner", False)
    if ours and _send not in connection.execute_wrappers:
        connection.execute_wrappers.append(_send)


def _send(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
    ours = context["connection"]
    if isinstance(sql, str) and sql.startswith("ROLLBACK TO SAVEPOINT"):
        # PostgreSQL goes back to what was in force at the savepoint, which nobody here remembers.
        ours.connection.gridward_transaction = _UNTOLD
    else:
        with ours.wrap_database_errors:
            _bring_up(ours.connection)
    return execute(sql, params, many, context)


def _bring_up(connection: Any) -> None:
    """Make the scope of a psycopg connection the one in force; what it last was told is remembered with it."""
    status = connection.info.transaction_status
    if status == TransactionStatus.INERROR:
        return
    if status == TransactionStatus.IDLE:
        connection.gridward_transaction = None
    scope = wanted()
    in_force = getattr(connection, "gridward_transaction", None) or getattr(connection, "gridward_session", NOBODY)
    if in_force == scope:
        return
    for_session = connection.autocommit and status == TransactionStatus.IDLE
    tell(connection, scope, for_session=for_session)
    if for_session:
        connection.gridward_session = scope
    else:
        connection.gridward_transaction = scope


def tell(connection: Any, scope: Scope, *, for_session: bool) -> None:
    """Enter a scope on a psycopg connection: signed, for its open transaction or for the session."""
    if scope == NOBODY:
        connection.execute("SELECT set_config('gridward.scope', '', %s)", [not for_session])
        return
    claims, at = scope.text(), int(time.clock_gettime(time.CLOCK_REALTIME))
    pid = connection.info.backend_pid
    said = f"enter {pid} {at} {'true' if for_session else 'false'} {claims}"
    signature = hmac.new(settings.SCOPE_KEY, said.encode(), hashlib.sha256).hexdigest()
    connection.execute(
        "SELECT gridward_enter(%s::text, %s::bigint, %s::text, %s)", [claims, at, signature, for_session], prepare=True
    )
