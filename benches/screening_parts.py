"""Further parts of the screening bench: a burst, a whole history, and what the devices fetch."""

from __future__ import annotations

import random
import time
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any

import psycopg

from benches.screening_load import Counts, Load
from benches.screening_seed import NAMED, token_of
from benches.web_load import APPLICATION, Client, WrongAnswer, prepare, scratch_database, serving

POOL = 10
ARRIVAL_PER_S = 725
HISTORY_SAMPLES, HISTORY_POOL, HISTORY_DAYS = 4_800_000, 12, 28
_TABLES = ("testing_tube", "testing_sample", "testing_newcomer", "kernel_record", "kernel_entry", "kernel_device")


@contextmanager
def district(people: int, collectors: int) -> Any:
    """A served district on a scratch database: its URL, what was seeded, the server."""
    with scratch_database() as url:
        seeded = prepare(url, "benches.screening_seed:seed", str(people), str(collectors))
        with serving(url, APPLICATION, 2, 8) as server:
            yield url, seeded, server


def burst(times: float, seconds: float, people: int, collectors: int) -> dict[str, Any]:
    """So many times the arrival rate, with phones of which every fifth asks again at once; callers log needs meanwhile.

    Raises: WrongAnswer if anything is answered wrongly, or does not drain in ten minutes.
    """
    with district(people, collectors) as (url, seeded, server):
        load = Load(server.port, seeded, collectors, people)
        load.run(2.0, pool=POOL, window=12)
        load.counts, load.impatient = Counts(), 0.2
        counts = load.counts
        stopping, took = Event(), []
        callers = [Thread(target=_call, args=(server.port, seeded, stopping, took, at)) for at in range(4)]
        for one in callers:
            one.start()
        whole_s = load.run(seconds, pool=POOL, rate=times * ARRIVAL_PER_S / POOL)
        stopping.set()
        for one in callers:
            one.join(30)
        load.close()
        lost = missing(url, counts.ids)
    took.sort()
    return {
        "burst_lost": lost,
        "burst_offered_per_s": round(times * ARRIVAL_PER_S),
        "burst_samples": counts.samples,
        "burst_drained_s": round(whole_s, 1),
        "burst_answers": dict(counts.answers),
        "hotline_needs": len(took),
        "hotline_p99_s": round(took[int(len(took) * 0.99)], 3) if took else 99.0,
    }


def _call(port: int, seeded: Any, stopping: Event, took: list[float], seed: int) -> None:
    client, chance = Client(port), random.Random(seed)
    while not stopping.is_set():
        need = {"category": "food", "address": chance.choice(seeded["places"]), "words": "家里没有米了"}
        began = time.perf_counter()
        status, body = client.post("/api/v1/hotline/needs", need)
        if status not in (200, 201):
            raise WrongAnswer(f"{status} {body}")
        took.append(time.perf_counter() - began)
        time.sleep(0.05)


def history(people: int, collectors: int, share: float = 1.0) -> dict[str, Any]:
    """Twenty-eight days of tests brought in through the same protocol, ten tubes to an upload.

    Parameters: share — how much of 4.8 million tests.
    """
    wanted = int(HISTORY_SAMPLES * share)
    with district(people, collectors) as (url, seeded, server):
        before = _bytes(url)
        load = Load(server.port, seeded, collectors, people)
        began = time.perf_counter()
        for number in range(len(seeded["rounds"])):
            load.ago_s = 86400.0 * HISTORY_DAYS * (1 - number / len(seeded["rounds"]))
            load.begin_round(number)
            while load.counts.samples < wanted and load.has_people():
                load.run(5.0, pool=HISTORY_POOL, batch=10, window=12)
        took_s = time.perf_counter() - began
        load.close()
        lost = missing(url, load.counts.ids)
        kept = _bytes(url) - before
    return {
        "history_samples": load.counts.samples,
        "history_tubes": len(load.counts.ids),
        "history_minutes": round(took_s / 60, 1),
        "history_bytes_per_sample": round(kept / max(load.counts.samples, 1)),
        "history_bytes_sent_per_sample": round(load.counts.bytes_sent / max(load.counts.samples, 1)),
        "history_lost": lost,
    }


def patches(people: int, collectors: int, devices: int = 40) -> dict[str, Any]:
    """What so many registered collectors' phones fetch in the morning, one after another: time and bytes of a patch."""
    with district(people, collectors) as (_url, seeded, server):
        took, sizes, rows, foreign = [], [], [], 0
        places = len(seeded["places"])
        numbers = [at for at in range(collectors) if at % places < NAMED]
        for number in random.Random(1).sample(numbers, min(devices, len(numbers))):
            began = time.perf_counter()
            size, count, outside = _fetch(server.port, number, seeded["places"][number % places])
            took.append(time.perf_counter() - began)
            sizes.append(size)
            rows.append(count)
            foreign += outside
    took.sort()
    return {
        "patch_devices_registered": collectors,
        "patch_p95_s": round(took[int(len(took) * 0.95)], 3),
        "patch_median_s": round(took[len(took) // 2], 3),
        "patch_bytes": round(sum(sizes) / len(sizes)),
        "patch_rows": round(sum(rows) / len(rows)),
        "patch_foreign_rows": foreign,
    }


def _fetch(port: int, number: int, place: str) -> tuple[int, int, int]:
    client = Client(port, token_of(number))
    client.head += b"Accept-Encoding: gzip\r\n"
    size, count, outside = 0, 0, 0
    for part in ("testing.rounds", "testing.points", "testing.people", "places"):
        after = ""
        while True:
            status, told, sent = client.get_packed(f"/sync/patch/{part}?after={after.replace('|', '%7C')}")
            if status != 200:
                raise WrongAnswer(f"{part}: {status}")
            size, count = size + sent, count + len(told["rows"])
            if part != "testing.rounds":
                outside += sum(not row["address"].startswith(place[:12]) for row in told["rows"])
            after = told["next"]
            if not after:
                break
    return size, count, outside


def missing(url: str, ids: list[str]) -> int:
    """How many acknowledged tubes are not in the database with all their people.

    Raises: WrongAnswer where somebody is counted twice.
    """
    with psycopg.connect(url) as probe:
        row = probe.execute(
            "SELECT count(*) FROM testing_tube t WHERE id = ANY(%s::uuid[]) AND people = "
            "(SELECT count(*) FROM testing_sample s WHERE s.tube_id = t.id) "
            "AND EXISTS (SELECT FROM kernel_record r WHERE r.id = t.id AND r.outcome = 'stored')",
            [ids],
        ).fetchone()
        twice = probe.execute(
            "SELECT count(*) FROM (SELECT FROM testing_sample WHERE NOT extra GROUP BY person_id, round_id "
            "HAVING count(*) > 1) AS t"
        ).fetchone()
    assert row is not None and twice is not None
    if twice[0]:
        raise WrongAnswer(f"{twice[0]} people are counted twice")
    return len(ids) - int(row[0])


def _bytes(url: str) -> int:
    with psycopg.connect(url) as probe:
        row = probe.execute(
            "SELECT sum(pg_total_relation_size(name::regclass)) FROM unnest(%s::text[]) AS name", [list(_TABLES)]
        ).fetchone()
    return int(row[0]) if row else 0
