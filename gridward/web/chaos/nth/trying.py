"""Running an action or a route until every one of its statements has failed once."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.test import Client

from gridward.kernel import clock
from gridward.kernel.access.actor import Actor
from gridward.kernel.access.models import Grant, User
from gridward.kernel.near import cache
from gridward.kernel.orgs.models import Organisation
from gridward.kernel.orphans import sweep
from gridward.kernel.people import actions as people
from gridward.kernel.people.models import Person
from gridward.kernel.registry import registry
from gridward.kernel.resources.models import CrewMember, Resource
from gridward.kernel.secrecy import keyring
from gridward.kernel.walls.owner import as_owner
from gridward.web.chaos.leaks.routes import addresses, routes
from gridward.web.chaos.leaks.worlds import live_here
from gridward.web.chaos.nth.deeds import BY_THE_OWNER, DEEDS
from gridward.web.chaos.nth.failing import ERRORS, Trial, contents, is_broken, undone
from gridward.web.chaos.nth.stage import DISTRICT, PLACE, Stage
from gridward.web.chaos.planting import small_house

Found = dict[str, Any]
_REFERENCE = re.compile(r"(reference|编号)\W{1,6}[0-9a-f]{8}")


def make_stage() -> Stage:
    """A small house with somebody who may do everything, and a second person for what takes two."""
    incident = small_house()
    user, second = (User.objects.create_user(name, is_staff=True, is_superuser=True) for name in ("first", "second"))
    for role in registry().roles:
        Grant.objects.create(user=user, role=role, address=DISTRICT)
    car = Resource.objects.get()
    CrewMember.objects.create(resource=car, user=user)
    Organisation.objects.create(name="南门社区居委会", kind="community_committee", address=PLACE)
    officer, other = (Actor(one.pk, one.username, "chaos", everything=True) for one in (user, second))
    now = clock.now()
    Person.objects.create(name="赵六", phone="13800000009", address=PLACE, incident=incident)
    # Data keys are made where they are first needed, each in a transaction of its own: here, before anything fails.
    own = live_here(PLACE, now)
    people.change(officer, own["person_id"], {"note": "独居"}, now)
    return Stage(now, incident, officer, other, user, car, own)


def actions(stage: Stage, most: int, only: str) -> Iterator[tuple[str, Found]]:
    """Every action with every one of its statements failing, in each way."""
    for action, ready in DEEDS.items():
        name = f"{action.__module__.removeprefix('gridward.')}.{action.__name__}"
        rights = as_owner() if action in BY_THE_OWNER else nullcontext()
        if only in name:
            with rights, clock.simulated(stage.now), transaction.atomic():
                yield name, tried(ready(stage), most)
                transaction.set_rollback(True)


def tried(run: Callable[[], Any], most: int) -> Found:
    """One action: what each failure left behind."""
    found: Found = {"calls": 0, "trials": 0, "half_done": [], "pretended": [], "went_on": []}
    whole = contents(), _files()
    done = _after(run, Trial(most, "", len(connection.savepoint_ids)))
    if done["error"] is not None:
        return {**found, "could_not_run": [repr(done["error"])]}
    found["calls"] = done["trial"].seen
    for at in range(1, found["calls"] + 1):
        for name, code in ERRORS.items():
            found["trials"] += 1
            left = _after(run, Trial(at, code, len(connection.savepoint_ids)))
            if not left["trial"].failed:
                continue
            words = f"call {at}, {name}"
            if left["error"] is not None:
                if more := _differing(whole, left["state"]) + left["trial"].kept:
                    found["half_done"].append(f"{words}: {', '.join(more)}")
            elif left["state"] == whole and done["state"] != whole:
                found["pretended"].append(words)
            elif _rows(left["state"]) != _rows(done["state"]):
                found["half_done"].append(f"{words}, and said it was done")
            else:
                found["went_on"].append(f"{words}: {left['trial'].words}")
    return found


def _after(run: Callable[[], Any], trial: Trial) -> dict[str, Any]:
    """Run once with a failure; what is in the database and the files then. Both are as before afterwards."""
    cache.clear()
    error = None
    with _files_back(), undone():
        try:
            with connection.execute_wrapper(trial):
                run()
        except Exception as raised:  # whatever comes: what it left behind is looked at
            error = raised
        # Where Django lets nothing be committed any more, whoever opened the transaction takes it back.
        if is_broken() or connection.needs_rollback:
            connection.needs_rollback = False
            with connection.cursor() as query:
                query.execute("ROLLBACK TO SAVEPOINT nth")
        connection.needs_rollback = False
        state = contents(), _files()
    return {"error": error, "state": state, "trial": trial}


@contextmanager
def _files_back() -> Iterator[None]:
    """Whatever the block does to the house's files and keys is undone."""
    folders = [Path(one) for one in (settings.MEDIA_ROOT, settings.KEY_FOLDER) if Path(one).exists()]
    with TemporaryDirectory() as kept:
        for number, folder in enumerate(folders):
            shutil.copytree(folder, f"{kept}/{number}")
        try:
            yield
        finally:
            for number, folder in enumerate(folders):
                shutil.rmtree(folder)
                shutil.copytree(f"{kept}/{number}", folder)
            keyring.forget_all()


def _differing(one: Any, other: Any) -> list[str]:
    """Tables and files that are not the same in two states."""
    return [name for name in one[0] if one[0][name] != other[0][name]] + ["files"] * (one[1] != other[1])


def _rows(state: Any) -> tuple[dict[str, int], int]:
    tables, files = state
    return {name: rows for name, (rows, _total) in tables.items()}, len(files)


def _files() -> set[str]:
    """The photos and imports' folders that the house keeps once its nightly sweep has been, and its keys."""
    # By the clock of the files, not the house's, which stands still meanwhile.
    sweep(datetime.now(UTC) + timedelta(days=1))  # nosemgrep: no-clock-of-ones-own
    root, keys = Path(settings.MEDIA_ROOT), Path(settings.KEY_FOLDER)
    kept = {str(path.relative_to(root)) for kept in ("proofs/*/*/*", "imports/*") for path in root.glob(kept)}
    return kept | {f"keys/{path.relative_to(keys)} {path.stat().st_size}" for path in keys.rglob("*") if path.is_file()}


def every_route(stage: Stage, most: int, only: str) -> Iterator[tuple[str, Found]]:
    """Every route read and written to by somebody who may do everything, with every statement failing."""
    with clock.simulated(stage.now):
        client = Client(headers={"host": "localhost"}, raise_request_exception=False)
        # As stored: actions have been tried on the one in memory.
        client.force_login(User.objects.get(pk=stage.user.pk), backend="django.contrib.auth.backends.ModelBackend")
        cookies = client.cookies
        for route in routes():
            url = next(addresses(route, stage.own, {}))
            for method in ("GET", "POST"):
                if only in f"{method} {url}":
                    yield f"{method} {url}", _asked(client, cookies, method, url, most)


def _asked(client: Client, cookies: Any, method: str, url: str, most: int) -> Found:
    body = {"words": "x", "reason": "x", "purpose": "x", "address": str(PLACE), "q": "x"}
    found: Found = {"calls": 0, "trials": 0, "half_done": [], "pretended": [], "without_reference": []}

    def run() -> None:
        client.cookies = deepcopy(cookies)
        answers[0] = client.post(url, body) if method == "POST" else client.get(url)
        said[0] = answers[0].getvalue() if answers[0].streaming else answers[0].content

    answers: list[Any] = [None]
    said: list[bytes] = [b""]
    with transaction.atomic():
        whole = contents(), _files()
        done = _after(run, Trial(most, "", len(connection.savepoint_ids)))
        found["calls"] = done["trial"].seen
        found["answered"] = [str(answers[0].status_code)]
        answered = answers[0].status_code
        if answered >= 500:
            found["unprovoked"] = [f"answers {answered} where nothing failed"]
        for at in range(1, found["calls"] + 1):
            for name, code in ERRORS.items():
                found["trials"] += 1
                left = _after(run, Trial(at, code, len(connection.savepoint_ids)))
                status = answers[0].status_code if left["error"] is None else 0
                if status == 0 or (status >= 500 and not _REFERENCE.search(said[0].decode())):
                    found["without_reference"].append(f"call {at}, {name}: {status} {left['error'] or ''}")
                if left["trial"].failed and status == answered < 400 and left["state"] == whole != done["state"]:
                    found["pretended"].append(f"call {at}, {name}: {status}: {left['trial'].words}")
                if status >= 500 and (more := _differing(whole, left["state"])):
                    found["half_done"].append(f"call {at}, {name}: {status}: {', '.join(more)}")
        transaction.set_rollback(True)
    return found
