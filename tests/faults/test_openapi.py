"""Whatever the described API is sent, it never answers with an error of its own."""

from __future__ import annotations

import time
from contextlib import contextmanager

import pytest
import schemathesis
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from django.test import Client
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from gridward.drill.reference import make_district
from gridward.kernel.access.actor import SYSTEM
from gridward.kernel.access.models import User
from gridward.kernel.assignments.models import Assignment
from gridward.kernel.clock import now
from gridward.kernel.incidents.models import Incident
from gridward.kernel.needs.actions import Wanted, log
from gridward.kernel.needs.models import Category, Need
from gridward.kernel.people.models import Person
from gridward.kernel.resources.models import Resource
from gridward.kernel.walls.owner import as_owner

LONGEST_S = 12
LEAST, EXAMPLES = 5, 60
ROLES = ["", "agent", "dispatcher", "crew"]
# Text that has broken such programs before: no letter at all, half a character, the end of a string, too much of it.
_NASTY = ["\x00", "\ud800", "", " ", "'; --", "９" * 19, "5" * 400, "-1", "1e999", "‮", "𝕏" * 300, "{}", "%s%n"]


@contextmanager
def one_connection():
    """Inside it the end of a request does not end the test's transaction; Django's own test client does the same."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture(scope="module")
def jiangjin(django_db_setup, django_db_blocker):
    """The reference district at a thousandth, committed; gone with this module."""
    with django_db_blocker.unblock():
        make_district(0.001, 1, now(), lambda *_: None)
        yield
        with as_owner():
            call_command("flush", interactive=False, verbosity=0)


@pytest.fixture
def known(jiangjin, db):
    """Things the API can be asked about, by the names of its parameters and fields."""
    person = Person.objects.first()
    incident = Incident.objects.get()
    for _ in range(2):
        log(SYSTEM, Wanted(incident.pk, Category.objects.first().pk, person.address, "家里没有米了", "phone"), now())
    return {
        "need_id": [str(key) for key in Need.objects.values_list("pk", flat=True)],
        "assignment_id": [str(key) for key in Assignment.objects.values_list("pk", flat=True)[:3]],
        "resource_id": [str(key) for key in Resource.objects.values_list("pk", flat=True)[:5]],
        "category": list(Category.objects.values_list("pk", flat=True)[:5]),
        "address": [str(person.address), "500116", "0"],
        "join_into": [str(key) for key in Need.objects.values_list("pk", flat=True)],
        "id": [str(key) for key in Need.objects.values_list("pk", flat=True)],
    }


def session_of(role):
    """What a signed-in browser sends along: headers and cookies."""
    if not role:
        return {}, {}
    client = Client()
    client.force_login(User.objects.get(username=role))
    client.get("/account/devices")
    cookies = {name: cookie.value for name, cookie in client.cookies.items()}
    return {"X-CSRFToken": cookies["csrftoken"]}, cookies


def operations():
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app=get_wsgi_application())
    return [found.ok() for found in schema.get_all_operations()]


def altered(case, choice, known):
    """Some fields replaced by what is really there, or by text that breaks programs."""
    for bag in (case.path_parameters, case.body):
        for name in list(bag) if isinstance(bag, dict) else ():
            if name in known and known[name] and choice.draw(st.booleans()):
                bag[name] = choice.draw(st.sampled_from(known[name]))
            elif isinstance(bag[name], str) and bag is case.body and choice.draw(st.integers(0, 4)) == 0:
                bag[name] = choice.draw(st.sampled_from(_NASTY))
    return case


def send(operation, number, until, session, known):
    """Send one operation what its description allows, and worse, for some time and a few times at least.

    Returns: the answers as (status, words).
    """
    answers, (headers, cookies) = [], session

    @seed(number)
    @settings(max_examples=EXAMPLES, deadline=None, database=None, phases=[Phase.generate],
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(operation.as_strategy(), st.data())
    def sent(case, choice):
        asked = altered(case, choice, known)
        if time.monotonic() > until and len(answers) >= LEAST:
            return
        mark = transaction.savepoint()
        answer = asked.call(headers=headers, cookies=cookies)
        transaction.savepoint_rollback(mark)
        told = f"{operation.label} {answer.text[:200]} {case.path_parameters} {str(case.body)[:600]}"
        answers.append((answer.status_code, told))

    sent()
    return answers


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role or "nobody")
def test_no_answer_of_the_api_is_an_error_of_the_house(role, known):
    session, deadline = session_of(role), time.monotonic() + LONGEST_S
    statuses = set()
    with one_connection():
        found = operations()
    for number, operation in enumerate(found):
        until = time.monotonic() + max(0.5, (deadline - time.monotonic()) / (len(found) - number))
        with one_connection():
            answers = send(operation, number, until, session, known)
        assert [told for status, told in answers if status >= 500] == []
        assert len(answers) >= LEAST, operation.label
        statuses |= {status for status, _told in answers}
    if not role:
        assert statuses <= {401, 403, 422}
    elif role == "dispatcher":
        assert {200, 404, 422} <= statuses
