"""Every request behind the walls: one transaction, in the scope of who asks; and walls of tables that are not ours."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth import SESSION_KEY
from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest, HttpResponse
from psycopg.pq import TransactionStatus

from gridward.kernel.access.actor import Actor, public_actor
from gridward.kernel.access.scope import DOOR, NOBODY, PUBLIC, enter, within
from gridward.kernel.walls import CONFIGURATION, Open, Wall

_SIGNING_IN = {"sign-in", "account_login", "mfa_authenticate", "mfa_login_webauthn"}
_ACCOUNTS = ("grants.give",)
_JOBS = Open("jobs of the queue, by the numbers of what they work on")

OTHERS: dict[str, Wall | Open] = {
    "account_emailaddress": Wall(address="", own=("user_id",), owner_writes=True, door=True, see=_ACCOUNTS),
    "account_emailconfirmation": Wall(address=""),
    "auth_group": CONFIGURATION,
    "auth_group_permissions": CONFIGURATION,
    "auth_permission": CONFIGURATION,
    "django_admin_log": Wall(address="", own=("user_id",), owner_writes=True, see=("journal.see",)),
    "django_content_type": CONFIGURATION,
    "django_migrations": Open("which migrations were applied", frozenset({"SELECT"})),
    "django_session": Open("sessions by a random key; what stands in them is signed"),
    "kernel_user_groups": Wall(address="", staff=True, change=_ACCOUNTS),
    "kernel_user_user_permissions": Wall(address="", staff=True, change=_ACCOUNTS),
    "mfa_authenticator": Wall(address="", own=("user_id",), owner_writes=True, door=True, door_writes=True,
                              see=_ACCOUNTS, change=_ACCOUNTS),
    "procrastinate_events": _JOBS,
    "procrastinate_jobs": _JOBS,
    "procrastinate_periodic_defers": _JOBS,
    "procrastinate_workers": Open("which workers are alive"),
    "usersessions_usersession": Wall(address="", own=("user_id",), owner_writes=True, door=True, door_writes=True,
                                     see=_ACCOUNTS, change=_ACCOUNTS),
}  # fmt: skip
"""What the tables of Django, allauth and the queue would declare."""


class ScopeMiddleware:
    """One transaction for each request, rolled back when it failed; whoever asks comes in by `come_in`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a request inside its transaction; until somebody came in, it sees nothing."""
        from gridward.web.middleware import lost

        with within(NOBODY):
            try:
                with transaction.atomic():
                    response = self.get_response(request)
                    if response.status_code >= 500:
                        transaction.set_rollback(True)
            except DatabaseError as broken:
                # The transaction could not begin, or what was done could not be kept: then nothing was.
                return lost(request, broken)
        return response


def who_came_before(request: HttpRequest) -> None:
    """Let a session's account be looked up, and its own grants; residents see what is opened to them."""
    user_id = request.session.get(SESSION_KEY)
    enter(Actor(int(user_id)) if user_id else PUBLIC)


def come_in(request: HttpRequest, actor: Actor) -> None:
    """Act as somebody for the rest of a request; outside of one, the scope stays as it is."""
    if hasattr(request, "actor"):
        request.actor = actor  # type: ignore[attr-defined]
        enter(actor)


def go_out(request: HttpRequest) -> None:
    """Be nobody in particular for the rest of a request."""
    come_in(request, public_actor("web"))


def stand_at_the_door(request: HttpRequest) -> None:
    """Let accounts be looked up where somebody is about to sign in, and nothing else."""
    name = request.resolver_match.url_name if request.resolver_match else ""
    if name in _SIGNING_IN and not request.user.is_authenticated:
        enter(DOOR)


def start_over() -> None:
    """Take back what the request has written so far and go on in a transaction that works; after an error only."""
    if connection.savepoint_ids and connection.savepoint_ids[-1]:
        connection.needs_rollback = False
        connection.savepoint_rollback(connection.savepoint_ids[-1])
    elif connection.in_atomic_block and connection.connection is not None and not connection.connection.closed:
        connection.connection.rollback()
        connection.needs_rollback = False
        connection.run_on_commit = []


def is_broken() -> bool:
    """Whether the running transaction can go on only by starting over."""
    if connection.connection is None or not connection.in_atomic_block:
        return False
    return connection.needs_rollback or connection.connection.info.transaction_status == TransactionStatus.INERROR
