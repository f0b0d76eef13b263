"""A whole-district round of testing through the real sync protocol, durable, on this machine with the load beside it.

A scratch database is made beside the configured one, with the district's people, a round, and collectors with enrolled
phones; Granian serves the house on it. Then: tube-sized uploads at a steady rate (how long each took), uploads of one
sample each, and a round of everybody, tube by tube, as fast as it goes through (the ceiling).
"""

from __future__ import annotations

import os
import time
from typing import Any

import psycopg

from benches.screening_load import Counts, Load
from benches.screening_parts import missing
from benches.web_load import APPLICATION, database_cpu_s, prepare, scratch_database, serving

POOL = 10
STEADY_PER_MIN = 50_000
"""What the steady phase offers: a little above the bar."""
MOST_S = 3600.0
"""A round of everybody ends by itself; were it to take longer, it is cut off here."""


def run(
    seconds: float = 60.0,
    people: int = 1_360_000,
    collectors: int = 3800,
    server_workers: int = 2,
    server_threads: int = 8,
    window: int = 6,
) -> dict[str, Any]:
    """Measure and return the figures.

    Parameters: window — uploads in flight where there is no rate: what one process alone takes in without telling
        anybody to come again, since nothing spreads connections evenly over the processes.
    Raises: WrongAnswer if the server fails, or if the database does not hold exactly what was acknowledged.
    """
    with scratch_database() as url:
        seeded = prepare(url, "benches.screening_seed:seed", str(people), str(collectors))
        with serving(url, APPLICATION, server_workers, server_threads) as server:
            load = Load(server.port, seeded, collectors, people)
            load.run(3.0, pool=POOL, window=window)
            load.counts = Counts()
            phases = {}
            steady = {"pool": POOL, "rate": STEADY_PER_MIN / 60 / POOL}
            phases["steady"] = _measured(server, url, load, seconds, **steady)
            phases["single"] = _measured(server, url, load, seconds, pool=1, window=window)
            load.begin_round(1)
            phases["round"] = _measured(server, url, load, MOST_S, pool=POOL, window=window)
            load.close()
        lost = missing(url, [key for found in phases.values() for key in found["ids"]])
        durable = _durable(url)
    return {
        "samples_per_min": phases["steady"]["samples_per_min"],
        "upload_p99_s": phases["steady"]["p99_s"],
        "ceiling_samples_per_min": phases["round"]["samples_per_min"],
        "round_minutes": round(phases["round"]["took_s"] / 60, 1),
        "single_uploads_per_s": phases["single"]["uploads_per_s"],
        "single_of_processor": phases["single"]["of_processor"],
        "lost": lost,
        **{name: {key: value for key, value in found.items() if key != "ids"} for name, found in phases.items()},
        "people": people,
        "collectors": collectors,
        "durable": durable,
    }


def _measured(server: Any, url: str, load: Load, seconds: float, **how: Any) -> dict[str, Any]:
    before = (server.cpu_s(), database_cpu_s(url), time.process_time())
    load.counts = counts = Counts()
    took = load.run(seconds, **how)
    uploads = counts.uploads or 1
    after = (server.cpu_s(), database_cpu_s(url), time.process_time())
    web, database, own = ((end - start) / uploads for start, end in zip(before, after, strict=True))
    times = sorted(counts.took_s) or [0.0]
    return {
        "samples": counts.samples,
        "took_s": round(took, 1),
        "samples_per_min": round(60 * counts.samples / took),
        "uploads_per_s": round(counts.uploads / took, 1),
        "p50_s": round(times[len(times) // 2], 4),
        "p99_s": round(times[int(len(times) * 0.99)], 4),
        "bytes_sent_per_sample": round(counts.bytes_sent / max(counts.samples, 1)),
        "web_cpu_ms_per_upload": round(1000 * web, 3),
        "database_cpu_ms_per_upload": round(1000 * database, 3),
        "load_cpu_ms_per_upload": round(1000 * own, 3),
        # Of what the machine's processors could do at this price: near 1, only a lower price makes it faster.
        "of_processor": round(counts.uploads / took * (web + database + own) / (os.cpu_count() or 1), 3),
        "answers": dict(counts.answers),
        "ids": counts.ids,
    }


def _durable(url: str) -> dict[str, str]:
    with psycopg.connect(url) as probe:
        rows = probe.execute(
            "SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit', 'full_page_writes')"
        ).fetchall()
    return dict(rows)
