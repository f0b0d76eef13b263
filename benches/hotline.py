"""How many needs the hotline logs and assigns a second, end to end over HTTP, with durable writes.

A scratch database is made beside the configured one; Granian serves the house on it; clients in processes of
their own log needs and assign them over the JSON API. Everything runs on this machine, the clients included.
"""

from __future__ import annotations

import multiprocessing
import random
import time
from threading import Thread
from typing import Any

import psycopg

from benches.web_load import APPLICATION, KEY, Client, WrongAnswer, database_cpu_s, prepare, scratch_database, serving

COMMUNITIES = 300
WORKERS_ON_DUTY = 2000
PHASES = ("logged", "assigned")


def seed(workers_on_duty: int = WORKERS_ON_DUTY) -> dict[str, Any]:
    """A bare district with communities and community workers on duty, and a key that may log and assign."""
    from gridward.kernel import clock
    from gridward.kernel.access.actor import SYSTEM
    from gridward.kernel.access.models import Grant, User
    from gridward.kernel.address import from_code
    from gridward.kernel.incidents.actions import open_incident
    from gridward.kernel.resources.models import Resource
    from gridward.lines.hotline.actions import issue_key, load_categories

    now = clock.now()
    district = from_code("500116")
    places = _places(district)
    load_categories(SYSTEM, now=now)
    open_incident(SYSTEM, "演练", "Drill", "epidemic", district, now)
    account = User.objects.create(username="bench")
    Grant.objects.create(user=account, role="dispatcher", address=district)
    issue_key(SYSTEM, "bench", KEY, now, account.pk)
    workers = Resource.objects.bulk_create(
        Resource(
            kind="hotline.community_worker",
            name=f"worker {at}",
            address=places[at % len(places)],
            exclusive=False,
        )
        for at in range(workers_on_duty)
    )
    return {"addresses": [str(place) for place in places], "resources": [str(one.pk) for one in workers]}


def _places(district: int) -> list[int]:
    from gridward.kernel.address import Level, span, step
    from gridward.kernel.areas.models import Area

    towns = [district + at * step(Level.TOWN) for at in range(1, 31)]
    places = [town + at * step(Level.COMMUNITY) for town in towns for at in range(1, COMMUNITIES // 30 + 1)]
    Area.objects.bulk_create(
        Area(
            address=place,
            address_end=span(place).high,
            level=level,
            parent=district,
            name=f"{place}",
            latitude=29.0 + random.Random(place).random() / 2,
            longitude=106.0 + random.Random(place + 1).random() / 2,
        )
        for level, found in ((Level.DISTRICT, [district]), (Level.TOWN, towns), (Level.COMMUNITY, places))
        for place in found
    )
    return places


def run(
    seconds: float = 20.0,
    processes: int = 2,
    threads: int = 12,
    server_workers: int = 2,
    server_threads: int = 8,
    application: str = APPLICATION,
) -> dict[str, Any]:
    """Measure and return the figures; `logged_per_s` is the one with a bar.

    Two phases of `seconds` each: needs only logged, then each need logged and assigned.
    Raises: WrongAnswer if the server fails, or if the database does not hold exactly what was acknowledged.
    """
    with scratch_database() as url:
        seeded = prepare(url, "benches.hotline:seed", str(WORKERS_ON_DUTY))
        with serving(url, application, server_workers, server_threads) as server:
            _load(server.port, seeded, 1.0, processes, threads, assign=True)
            before = _rows(url)
            logging = _measured(server, url, seeded, seconds, processes, threads, assign=False)
            both = _measured(server, url, seeded, seconds, processes, threads, assign=True)
        after = _rows(url)
        acknowledged = (logging["logged"] + both["logged"], both["assigned"])
        found = (after[0] - before[0], after[1] - before[1])
        if found != acknowledged:
            raise WrongAnswer(f"acknowledged {acknowledged}, found {found} in the database")
        durable = _durable(url)
    return {
        "logged_per_s": logging["logged_per_s"],
        "logged_and_assigned_per_s": both["assigned_per_s"],
        "log_only": logging,
        "log_and_assign": both,
        "durable": durable,
        "lost": 0,
    }


def _measured(server: Any, url: str, seeded: Any, seconds: float, processes: int, threads: int, assign: bool) -> Any:
    web, database = server.cpu_s(), database_cpu_s(url)
    counts, times, wall = _load(server.port, seeded, seconds, processes, threads, assign=assign)
    requests = sum(counts.values())
    times.sort()
    return {
        **counts,
        **{f"{name}_per_s": round(count / wall, 1) for name, count in counts.items()},
        "requests": requests,
        "web_cpu_ms_per_request": round(1000 * (server.cpu_s() - web) / requests, 3),
        "database_cpu_ms_per_request": round(1000 * (database_cpu_s(url) - database) / requests, 3),
        "p50_ms": round(1000 * times[len(times) // 2], 1),
        "p99_ms": round(1000 * times[int(len(times) * 0.99)], 1),
        "clients": processes * threads,
    }


def _load(
    port: int, seeded: Any, seconds: float, processes: int, threads: int, *, assign: bool
) -> tuple[dict[str, int], list[float], float]:
    context = multiprocessing.get_context("spawn")
    results: Any = context.Queue()
    together: Any = context.Barrier(processes)
    running = [
        context.Process(target=_client, args=(port, seeded, seconds, threads, assign, at, together, results))
        for at in range(processes)
    ]
    for one in running:
        one.start()
    gathered = [results.get(timeout=seconds + 120) for _ in running]
    for one in running:
        one.join()
    if failures := [failure for *_, failure in gathered if failure]:
        raise WrongAnswer(failures[0])
    counts = {name: sum(found[name] for found, *_ in gathered) for name in PHASES}
    wall = max(found[2] for found in gathered)
    return counts, [taken for found in gathered for taken in found[1]], wall


def _client(
    port: int, seeded: Any, seconds: float, threads: int, assign: bool, seed_: int, together: Any, results: Any
) -> None:
    counts, times, failures = dict.fromkeys(PHASES, 0), [], []
    together.wait(60)
    began = time.perf_counter()
    until = began + seconds
    work = [
        Thread(
            target=_talk, args=(port, seeded, until, assign, random.Random(f"{seed_}-{at}"), counts, times, failures)
        )
        for at in range(threads)
    ]
    for one in work:
        one.start()
    for one in work:
        one.join()
    results.put((counts, times, time.perf_counter() - began, failures[0] if failures else None))


def _talk(
    port: int,
    seeded: Any,
    until: float,
    assign: bool,
    chance: random.Random,
    counts: dict[str, int],
    times: list[float],
    failures: list[str],
) -> None:
    client = Client(port)
    try:
        while time.perf_counter() < until and not failures:
            need = _timed(times, client, "/api/v1/hotline/needs", _need(seeded["addresses"], chance))
            counts["logged"] += 1
            if assign:
                sent = {"resource_id": chance.choice(seeded["resources"]), "version": need["version"]}
                _timed(times, client, f"/api/v1/hotline/needs/{need['id']}/assignment", sent)
                counts["assigned"] += 1
    except (OSError, WrongAnswer) as failure:
        failures.append(repr(failure))


def _need(addresses: list[str], chance: random.Random) -> dict[str, Any]:
    return {
        "category": chance.choice(["food", "medicine", "elder_care", "child_care", "entry_permit"]),
        "address": chance.choice(addresses),
        "words": f"家里的米和菜只够吃一天了，麻烦送到{chance.randrange(30)}栋门口，老人走不动。",
        "channel": "phone",
        "caller_name": "王小明",
        "caller_phone": f"199{chance.randrange(10**8):08d}",
    }


def _timed(times: list[float], client: Client, path: str, body: dict[str, Any]) -> Any:
    began = time.perf_counter()
    status, answer = client.post(path, body)
    times.append(time.perf_counter() - began)
    if status != 201:
        raise WrongAnswer(f"{status} {answer}")
    return answer


def _rows(url: str) -> tuple[int, int]:
    with psycopg.connect(url) as database:
        row = database.execute(
            "SELECT (SELECT count(*) FROM kernel_need), (SELECT count(*) FROM kernel_assignment)"
        ).fetchone()
    assert row is not None
    return int(row[0]), int(row[1])


def _durable(url: str) -> bool:
    with psycopg.connect(url) as database:
        return all(
            database.execute(f"SELECT current_setting('{name}')").fetchone() == ("on",)
            for name in ("fsync", "synchronous_commit", "full_page_writes")
        )
