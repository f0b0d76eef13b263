"""One directive to every community and estate, and a screen for each recipient that polls as the console does.

A scratch database is made beside the configured one; Granian serves the house on it; processes of their own play the
screens, each signed in with a session of its own, each asking `/feed` at the console's own interval from a random
moment on. Sent by the page's own form over HTTP. Everything runs on this machine, the screens included.
"""

from __future__ import annotations

import json
import multiprocessing
import random
import re
import selectors
import socket
import time
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from benches.web_load import APPLICATION, WrongAnswer, database_cpu_s, prepare, scratch_database, serving

COMMUNITIES, ESTATES = 301, 1_500
OPENING_S, SETTLE_S = 20.0, 10.0
"""Pages are opened one after another, as a shift begins; then everybody only looks."""
TOLD_TO_WAIT_S = 2.0
WATCHED_S = 12.0
_EVERY = re.compile(r"EVERY_MS = ([\d_]+)")


def console_interval_s() -> float:
    """How often the console asks, read from its own source."""
    source = Path(__file__).parents[1] / "field" / "src" / "console" / "feed.ts"
    found = _EVERY.search(source.read_text(encoding="utf-8"))
    assert found is not None
    return int(found.group(1).replace("_", "")) / 1000


def seed(communities: int = COMMUNITIES, estates: int = ESTATES) -> dict[str, Any]:
    """A bare district with an account, signed in, for every community and estate and for the headquarters."""
    from gridward.kernel import clock
    from gridward.kernel.access.actor import SYSTEM
    from gridward.kernel.access.models import Grant, User
    from gridward.kernel.address import Level, from_code, level_of, parent, span, step
    from gridward.kernel.areas.models import Area
    from gridward.kernel.incidents.actions import open_incident

    district = from_code("500116")
    towns = [district + at * step(Level.TOWN) for at in range(1, 31)]
    places = [towns[at % 30] + (1 + at // 30) * step(Level.COMMUNITY) for at in range(communities)]
    below = [places[at % communities] + (1 + at // communities) * step(Level.ESTATE) for at in range(estates)]
    Area.objects.bulk_create(
        Area(address=one, address_end=span(one).high, level=level_of(one), parent=parent(one), name=str(one))
        for one in [district, *towns, *places, *below]
    )
    open_incident(SYSTEM, "演练", "Drill", "epidemic", district, clock.now())
    desks = [district, *places, *below]
    accounts = User.objects.bulk_create(User(username=f"screen-{place}") for place in desks)
    roles = ["headquarters", *["community"] * (len(desks) - 1)]
    Grant.objects.bulk_create(
        Grant(user=one, role=role, address=place) for one, role, place in zip(accounts, roles, desks, strict=True)
    )
    return {"sessions": [_session(one) for one in accounts], "addresses": [str(place) for place in desks]}


def _session(account: Any) -> str:
    from django.conf import settings
    from django.test import Client

    client = Client()
    client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def run(processes: int = 2, workers: int = 2, threads: int = 8) -> dict[str, Any]:
    """Measure and return the figures: `worst_s` over all screens is the one with a bar.

    Seconds from the moment the form's POST was answered to the moment a screen had fetched the news of it.
    Raises: WrongAnswer if the server fails or a screen never learns of it.
    """
    from django.conf import settings

    every_s = console_interval_s()
    with scratch_database() as url:
        seeded = prepare(url, "benches.directive:seed")
        sender, *screens = seeded["sessions"]
        with serving(url, APPLICATION, workers, threads) as server:
            sending = _Sender(server.port, settings.SESSION_COOKIE_NAME, sender)
            watching = _Screens(server.port, settings.SESSION_COOKIE_NAME, screens, every_s, processes)
            watching.start()
            time.sleep(OPENING_S + SETTLE_S)
            idle = _Meter(server, url)
            time.sleep(SETTLE_S)
            quiet = idle.stop()
            busy = _Meter(server, url)
            began, answered = sending.send()
            heard, waits, refused = watching.finish(answered + WATCHED_S)
            loud = busy.stop()
    return _figures(began, answered, heard, waits, refused, quiet, loud, every_s, len(screens))


def _figures(
    began: float, answered: float, heard: list[float], waits: list[float], refused: int, quiet: Any, loud: Any,
    every_s: float, screens: int,
) -> dict[str, Any]:  # fmt: skip
    if len(heard) != screens:
        left = screens - len(heard)
        raise WrongAnswer(f"{left} of {screens} screens never learned of it; {refused} polls were turned away")
    late = sorted(moment - answered for moment in heard)
    polls_s = screens / every_s
    web, database = max(0.0, loud[0] - quiet[0]), max(0.0, loud[1] - quiet[1])
    seconds = WATCHED_S
    return {
        "screens": screens,
        "interval_s": every_s,
        "send_s": round(answered - began, 3),
        "median_s": round(late[len(late) // 2], 3),
        "p95_s": round(late[int(len(late) * 0.95)], 3),
        "worst_s": round(late[-1], 3),
        "share_within_2_s": round(sum(one <= 2.0 for one in late) / screens, 4),
        "poll_p50_ms": round(1000 * sorted(waits)[len(waits) // 2], 2),
        "poll_p99_ms": round(1000 * sorted(waits)[int(len(waits) * 0.99)], 2),
        "turned_away": refused,
        "idle_web_cores": round(quiet[0], 3),
        "idle_database_cores": round(quiet[1], 3),
        "idle_cpu_ms_per_poll": round(1000 * (quiet[0] + quiet[1]) / polls_s, 3),
        "cpu_ms_per_recipient": round(1000 * (web + database) * seconds / screens, 3),
    }


class _Meter:
    """CPU of the server and the database, in cores, between two moments."""

    def __init__(self, server: Any, url: str) -> None:
        self.server, self.url = server, url
        self.at, self.web, self.database = time.monotonic(), server.cpu_s(), database_cpu_s(url)

    def stop(self) -> tuple[float, float]:
        """Cores used since."""
        passed = time.monotonic() - self.at
        return (self.server.cpu_s() - self.web) / passed, (database_cpu_s(self.url) - self.database) / passed


class _Sender:
    """The headquarters, with the form of a new directive open."""

    def __init__(self, port: int, cookie: str, session: str) -> None:
        self.link = HTTPConnection("127.0.0.1", port, timeout=60)
        self.cookies = f"{cookie}={session}"
        self.link.request("GET", "/command/directives/new", headers={"Cookie": self.cookies})
        answer = self.link.getresponse()
        page = answer.read().decode()
        if answer.status != 200:
            raise WrongAnswer(f"the form answered {answer.status}")
        set_cookie = answer.getheader("Set-Cookie") or ""
        self.cookies += "; " + set_cookie.split(";")[0]
        self.token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page).group(1)  # type: ignore[union-attr]
        self.id = re.search(r'name="id" value="([^"]+)"', page).group(1)  # type: ignore[union-attr]

    def send(self) -> tuple[float, float]:
        """Send one directive to every community and estate; when it was sent and when it was answered."""
        body = [
            ("csrfmiddlewaretoken", self.token), ("id", self.id), ("title", "全面消杀"), ("words", "今天完成消杀。"),
            ("urgency", "1"), ("proof", "words"), ("levels", "12"), ("levels", "14"),
        ]  # fmt: skip
        self.link.close()
        self.link.connect()
        began = time.monotonic()
        self.link.request("POST", "/command/directives/new", urlencode(body), {
            "Cookie": self.cookies, "Content-Type": "application/x-www-form-urlencoded",
        })  # fmt: skip
        answer = self.link.getresponse()
        answer.read()
        answered = time.monotonic()
        if answer.status != 302:
            raise WrongAnswer(f"sending answered {answer.status}")
        return began, answered


class _Screens:
    """All screens, played by a few processes."""

    def __init__(self, port: int, cookie: str, sessions: list[str], every_s: float, processes: int) -> None:
        context = multiprocessing.get_context("spawn")
        self.results: Any = context.Queue()
        self.until: Any = context.Value("d", 0.0)
        shares = [sessions[at::processes] for at in range(processes)]
        self.running = [
            context.Process(
                target=_play, args=(port, cookie, share, every_s, at, self.until, self.results), daemon=True
            )
            for at, share in enumerate(shares)
        ]

    def start(self) -> None:
        """Begin to poll."""
        for one in self.running:
            one.start()

    def finish(self, until: float) -> tuple[list[float], list[float], int]:
        """Poll until a moment: when each screen learned of it, how long polls took, how many were turned away."""
        self.until.value = until
        found = [self.results.get(timeout=120) for _one in self.running]
        for one in self.running:
            one.join()
        if failures := [one["failure"] for one in found if one["failure"]]:
            raise WrongAnswer(failures[0])
        heard = [moment for one in found for moment in one["heard"]]
        return heard, [wait for one in found for wait in one["waits"]], sum(one["refused"] for one in found)


@dataclass
class _Screen:
    """One screen: its connection, its cursor, when it asks next."""

    session: str
    next_at: float
    cursor: str = ""
    asked_at: float = 0.0
    link: socket.socket | None = None
    got: bytes = b""
    heard: float = 0.0
    pause_s: float = 0.0


def _play(port: int, cookie: str, sessions: list[str], every_s: float, number: int, until: Any, results: Any) -> None:
    said: dict[str, Any] = {"heard": [], "waits": [], "refused": 0, "failure": ""}
    try:
        _poll(port, cookie, sessions, every_s, number, until, said)
    except Exception as failed:  # noqa: BLE001 # told to whoever waits
        said["failure"] = repr(failed)
    results.put(said)


def _poll(
    port: int, cookie: str, sessions: list[str], every_s: float, number: int, until: Any, said: dict[str, Any]
) -> None:
    rng, began = random.Random(number), time.monotonic()
    screens = [_Screen(one, began + rng.random() * OPENING_S) for one in sessions]
    first = _first_cursor(port, cookie, sessions[0])
    ready = selectors.DefaultSelector()
    for one in screens:
        one.cursor, one.pause_s = first, every_s
    while not until.value or time.monotonic() < until.value:
        now = time.monotonic()
        for one in screens:
            if not one.asked_at and one.next_at <= now:
                _tried(_ask, one, ready, one, port, cookie, ready)
        for key, _mask in ready.select(0.005):
            _tried(_read, key.data, ready, key.data, every_s, ready, said)
    said["heard"] = [one.heard for one in screens if one.heard]


def _tried(act: Any, screen: _Screen, ready: Any, *given: Any) -> None:
    """Do something on a screen's connection; where that was dropped a new one is made the next time, as browsers do."""
    try:
        act(*given)
    except OSError:
        _drop(screen, ready)
        screen.next_at = time.monotonic() + 0.05


def _drop(one: _Screen, ready: Any) -> None:
    if one.link is not None:
        ready.unregister(one.link)
        one.link.close()
    one.link, one.asked_at = None, 0.0


def _first_cursor(port: int, cookie: str, session: str) -> str:
    link = HTTPConnection("127.0.0.1", port, timeout=60)
    link.request("GET", "/strip", headers={"Cookie": f"{cookie}={session}"})
    link.getresponse().read()
    link.request("GET", "/command/directives", headers={"Cookie": f"{cookie}={session}"})
    page = link.getresponse().read().decode()
    found = re.search(r'data-cursor="([^"]+)"', page)
    if found is None:
        raise WrongAnswer("a page without a cursor")
    return found.group(1)


def _ask(one: _Screen, port: int, cookie: str, ready: Any) -> None:
    if one.link is None:
        one.link = socket.create_connection(("127.0.0.1", port), timeout=60)
        one.link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        ready.register(one.link, selectors.EVENT_READ, one)
    one.asked_at, one.got = time.monotonic(), b""
    head = (
        f"GET /feed?since={quote(one.cursor, safe='')} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Cookie: {cookie}={one.session}\r\nAccept: application/json\r\nX-Unattended: 1\r\n\r\n"
    )
    one.link.sendall(head.encode())


def _read(one: _Screen, every_s: float, ready: Any, said: dict[str, Any]) -> None:
    assert one.link is not None
    part = one.link.recv(65536)
    if not part:
        raise ConnectionResetError
    one.got += part
    head, found, body = one.got.partition(b"\r\n\r\n")
    if not found:
        return
    fields = {
        name.lower(): value.strip()
        for name, _colon, value in (line.partition(b":") for line in head.split(b"\r\n")[1:])
    }
    if fields.get(b"transfer-encoding") == b"chunked":
        if not body.endswith(b"0\r\n\r\n"):
            return
        body = _joined(body)
    elif len(body) < int(fields.get(b"content-length", b"0")):
        return
    status = int(head.split(b" ", 2)[1])
    _answered(one, status, fields, body, said)
    # As the console does: who is turned away comes again when told to.
    one.pause_s = TOLD_TO_WAIT_S * (1 + random.random()) if status == 429 else every_s
    moment = time.monotonic()
    said["waits"].append(moment - one.asked_at)
    one.asked_at, one.next_at = 0.0, moment + one.pause_s


def _joined(chunks: bytes) -> bytes:
    """A body that came in chunks (RFC 9112, section 7.1)."""
    found = b""
    while chunks:
        size, _end, rest = chunks.partition(b"\r\n")
        length = int(size, 16)
        found, chunks = found + rest[:length], rest[length + 2 :] if length else b""
    return found


def _answered(one: _Screen, status: int, fields: dict[bytes, bytes], body: bytes, said: dict[str, Any]) -> None:
    if status == 204:
        one.cursor = fields.get(b"x-cursor", b"").decode() or one.cursor
    elif status == 200:
        news = json.loads(body)
        one.cursor = news["cursor"]
        if not one.heard and any(event["verb"] == "directive.reached" for event in news["events"]):
            one.heard = time.monotonic()
    elif status == 429:
        said["refused"] += 1
    else:
        raise WrongAnswer(f"the feed answered {status}")
