"""Fifty dispatchers reach for twenty vehicles to serve a thousand needs, all at once, over HTTP.

Every need is on two dispatchers' screens, and every vehicle on everybody's. A vehicle that was sent is finished by
its crew at once and is free again, until every need is served. What must hold is then asked of the database itself.
"""

from __future__ import annotations

import multiprocessing
import random
import time
from collections import Counter
from threading import Thread
from typing import Any

import psycopg

from benches.web_load import APPLICATION, KEY, Client, WrongAnswer, prepare, scratch_database, serving

CREW_KEY = "bench-key-of-the-crews"
BUSY = {"resource_busy"}
SETTLED = {"stale", "not_allowed_now"}
SCREENS = 2

_DOUBLE = """
    SELECT count(*) FROM kernel_assignment AS one JOIN kernel_assignment AS other
    ON other.resource_id = one.resource_id AND other.id > one.id AND other.booked && one.booked
    WHERE one.state NOT IN ('declined', 'released') AND other.state NOT IN ('declined', 'released')
"""
_NOT_ONCE = """
    SELECT count(*) FROM (SELECT need.id FROM kernel_need AS need
        LEFT JOIN kernel_assignment AS sent ON sent.need_id = need.id AND sent.state = 'done'
        GROUP BY need.id HAVING count(sent.id) <> 1) AS wrong
"""
_UNTOLD = """
    SELECT count(*) FROM kernel_assignment AS sent WHERE NOT EXISTS (
        SELECT 1 FROM kernel_entry WHERE subject_id = sent.id::text AND verb = 'assignment.offered')
"""


def seed(vehicles: int, needs: int) -> dict[str, Any]:
    """The bare district of the hotline bench, with emergency vehicles, one crew for all, and waiting needs."""
    from benches.hotline import seed as seed_district
    from gridward.kernel import clock
    from gridward.kernel.access.actor import SYSTEM
    from gridward.kernel.access.models import Grant, User
    from gridward.kernel.address import from_code
    from gridward.kernel.incidents.queries import required
    from gridward.kernel.needs.actions import Wanted, log
    from gridward.kernel.resources.models import CrewMember, Resource
    from gridward.lines.hotline.actions import issue_key

    addresses = seed_district(0)["addresses"]
    now, incident = clock.now(), required()
    crew = User.objects.create(username="crews")
    Grant.objects.create(user=crew, role="crew", address=from_code("500116"))
    issue_key(SYSTEM, "crews", CREW_KEY, now, crew.pk)
    fleet = [
        Resource.objects.create(kind="hotline.emergency_vehicle", name=f"vehicle {at}", address=int(addresses[at]))
        for at in range(vehicles)
    ]
    CrewMember.objects.bulk_create(CrewMember(resource=vehicle, user=crew) for vehicle in fleet)
    logged = [
        log(SYSTEM, Wanted(incident.pk, "dialysis", int(addresses[at % len(addresses)]), "透析", "bench"), now)
        for at in range(needs)
    ]
    return {"vehicles": [str(one.pk) for one in fleet], "needs": [[str(one.pk), one.version] for one in logged]}


def run(
    dispatchers: int = 50,
    vehicles: int = 20,
    needs: int = 1000,
    server_workers: int = 2,
    server_threads: int = 8,
    application: str = APPLICATION,
) -> dict[str, Any]:
    """Let them all reach at once and return what was found; `double_bookings`, `lost` and `unclean` must be 0.

    Raises: WrongAnswer if a dispatcher could not go on.
    """
    with scratch_database() as url:
        seeded = prepare(url, "benches.contention:seed", str(vehicles), str(needs))
        with serving(url, application, server_workers, server_threads) as server:
            began = time.perf_counter()
            answers = _rush(server.port, seeded, dispatchers)
            wall = time.perf_counter() - began
        with psycopg.connect(url) as database:
            double, not_once, untold, sent = (
                _number(database, query)
                for query in (_DOUBLE, _NOT_ONCE, _UNTOLD, "SELECT count(*) FROM kernel_assignment")
            )
    clean = {"201", *(f"409 {code}" for code in BUSY | SETTLED)}
    return {
        "dispatchers": dispatchers,
        "vehicles": vehicles,
        "needs": needs,
        "assigned": answers["201"],
        "refused": {name: count for name, count in sorted(answers.items()) if name.startswith("409")},
        "unclean": sum(count for name, count in answers.items() if name not in clean),
        "double_bookings": double,
        "lost": abs(answers["201"] - sent) + not_once + untold,
        "attempts_per_s": round(sum(answers.values()) / wall, 1),
    }


def _number(database: psycopg.Connection[Any], query: str) -> int:
    row = database.execute(query).fetchone()
    assert row is not None
    return int(row[0])


def _rush(port: int, seeded: Any, dispatchers: int, processes: int = 2) -> Counter[str]:
    context = multiprocessing.get_context("spawn")
    results: Any = context.Queue()
    shares = _screens(seeded["needs"], dispatchers)
    running = [
        context.Process(target=_office, args=(port, seeded["vehicles"], shares[at::processes], results))
        for at in range(processes)
    ]
    for one in running:
        one.start()
    gathered = [results.get(timeout=300) for _ in running]
    for one in running:
        one.join()
    if failures := [failure for _, failure in gathered if failure]:
        raise WrongAnswer(failures[0])
    return sum((found for found, _ in gathered), Counter())


def _screens(needs: list[Any], dispatchers: int) -> list[list[Any]]:
    shares: list[list[Any]] = [[] for _ in range(dispatchers)]
    for screen in range(SCREENS):
        shuffled = random.Random(screen).sample(needs, len(needs))
        for at, need in enumerate(shuffled):
            shares[at % dispatchers].append(need)
    return shares


def _office(port: int, vehicles: list[str], shares: list[list[Any]], results: Any) -> None:
    answers: list[str] = []
    failures: list[str] = []
    work = [
        Thread(target=_dispatcher, args=(port, vehicles, share, random.Random(at), answers, failures))
        for at, share in enumerate(shares)
    ]
    for one in work:
        one.start()
    for one in work:
        one.join()
    results.put((Counter(answers), failures[0] if failures else None))


def _dispatcher(
    port: int, vehicles: list[str], share: list[Any], chance: random.Random, answers: list[str], failures: list[str]
) -> None:
    desk, crew = Client(port, KEY), Client(port, CREW_KEY)
    try:
        for need_id, version in share:
            _settle(desk, crew, need_id, version, vehicles, chance, answers)
    except (OSError, WrongAnswer) as failure:
        failures.append(repr(failure))


def _settle(
    desk: Client,
    crew: Client,
    need_id: str,
    version: int,
    vehicles: list[str],
    chance: random.Random,
    answers: list[str],
) -> None:
    while True:
        wanted = {"resource_id": chance.choice(vehicles), "version": version}
        status, answer = desk.post(f"/api/v1/hotline/needs/{need_id}/assignment", wanted)
        code = answer.get("code", "") if isinstance(answer, dict) else ""
        answers.append("201" if status == 201 else f"{status} {code}")
        if status == 201:
            done = {"state": "done", "words": "送到"}
            status, answer = crew.post(f"/api/v1/hotline/assignments/{answer['id']}/progress", done)
            if status != 200:
                raise WrongAnswer(f"{status} {answer}")
            return
        if code not in BUSY:
            return
