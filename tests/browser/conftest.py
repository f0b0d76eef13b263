"""The product as a user starts it (`gridward demo`), and Debian's Chromium in front of it."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from gridward.web.database.embedded import DATABASE, PORT, SUPERUSER, socket_dir
from gridward.web.processes import answers

_QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
_QUIET += ["--disable-component-update", "--disable-sync"]
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1440, "height": 900}


@dataclass(frozen=True)
class Served:
    """A running house: its address and its database."""

    url: str
    folder: Path

    def sql(self, statement: str, *params: Any) -> list[tuple[Any, ...]]:
        """Run one statement beside the house, as its administrator would."""
        place = f"host={socket_dir(self.folder)} port={PORT} user={SUPERUSER} dbname={DATABASE}"
        with psycopg.connect(place, autocommit=True) as connection:
            found = connection.execute(statement, params or None)
            return found.fetchall() if found.description else []

    def run(self, script: str) -> str:
        """Run some lines beside the house as its administrator; returns the last line they print."""
        environment = {**os.environ, "GRIDWARD_DATA_DIR": str(self.folder)}
        environment.pop("DATABASE_URL", None)
        done = subprocess.run(
            [sys.executable, "-m", "gridward", "manage", "shell", "-v", "0", "-c", script],
            env=environment, capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout.splitlines()[-1]


@pytest.fixture(scope="session")
def served() -> Iterator[Served]:
    """`gridward demo` at a small scale, with database, web and worker running."""
    folder = Path(tempfile.mkdtemp(prefix="gridward-browser-"))
    folder.chmod(0o755)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "GRIDWARD_PORT": str(port), "GRIDWARD_WEB_WORKERS": "1"}
    environment.pop("DATABASE_URL", None)
    command = [sys.executable, "-m", "gridward", "demo", "--scale", "0.002", "--data-dir", str(folder)]
    with (folder / "said").open("wb") as said:
        process = subprocess.Popen(command, env=environment, stdout=said, stderr=said)
    deadline = time.monotonic() + 240
    while not answers("127.0.0.1", port):
        assert process.poll() is None, (folder / "said").read_text()[-3000:]
        assert time.monotonic() < deadline, "the demo did not start in time"
        time.sleep(0.5)
    yield Served(f"http://127.0.0.1:{port}", folder)
    process.send_signal(signal.SIGTERM)
    process.wait(60)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, without a screen."""
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if not program:
        pytest.skip("Chromium is not installed: apt-get install chromium")
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=program, args=_QUIET)
        yield found
        found.close()


def answered(page: Page) -> Any:
    """Press inside the block what sends a form: it ends once that is answered, so that what it did is written."""
    return page.expect_response(lambda answer: answer.request.method == "POST")


@pytest.fixture
def phone(browser: Browser, served: Served, tmp_path: Path) -> Iterator[Callable[..., Page]]:
    """Opens a phone's browser on storage that outlives it; opening it again closes the one before."""
    running: dict[str, BrowserContext] = {}

    def open_(name: str = "phone", *, offline: bool = False, more: Sequence[str] = ()) -> Page:
        if name in running:
            running.pop(name).close()
        context = browser.browser_type.launch_persistent_context(
            str(tmp_path / name), executable_path=shutil.which("chromium"), args=[*_QUIET, *more], viewport=PHONE,
            locale="zh-CN", base_url=served.url, offline=offline,
        )  # fmt: skip
        running[name] = context
        page = context.pages[0] if context.pages else context.new_page()
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: failures.append(str(error)))
        return page

    failures: list[str] = []
    yield open_
    for context in running.values():
        context.close()
    assert failures == []


@pytest.fixture
def open_page(served: Served, browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens a page in Chinese as a role (or as a resident), on a desk or a phone; script errors fail the test."""
    contexts, errors = [], []

    def make(role: str = "", size: dict[str, int] = DESK) -> Page:
        context = browser.new_context(viewport=size, locale="zh-CN", base_url=served.url)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: errors.append(str(error)))
        if role:
            page.goto("/sign-in/")
            page.fill("#id_username", role)
            page.fill("#id_password", "gridward-demo")
            page.keyboard.press("Enter")
            page.wait_for_url(lambda url: "/sign-in/" not in url)
        return page

    yield make
    for context in contexts:
        context.close()
    assert errors == []
