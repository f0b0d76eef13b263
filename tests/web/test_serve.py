import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
import psycopg
import pytest

from gridward.web.database import embedded
from gridward.web.processes import answers

GRIDWARD = [sys.executable, "-m", "gridward"]


@pytest.fixture(scope="module")
def home():
    """A house of its own with an administrator: its environment, its folder and its port."""
    folder = Path(tempfile.mkdtemp(prefix="gridward-serve-"))
    folder.chmod(0o755)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "GRIDWARD_DATA_DIR": str(folder), "GRIDWARD_PORT": str(port)}
    environment.pop("DATABASE_URL", None)
    environment["GRIDWARD_WEB_WORKERS"] = "1"
    made = [*GRIDWARD, "init", "--username", "keeper", "--password-stdin"]
    subprocess.run(made, env=environment, check=True, timeout=120, input=b"a-long-enough-word-7\n")
    yield environment, folder, port
    embedded.stop(folder)
    shutil.rmtree(folder)


def said(home, *arguments, given=""):
    return subprocess.run(
        [*GRIDWARD, *arguments], env=home[0], capture_output=True, text=True, timeout=120, check=False, input=given
    )


def served(home):
    environment, folder, port = home
    with (folder / "said").open("wb") as out:
        process = subprocess.Popen([*GRIDWARD, "serve"], env=environment, stdout=out, stderr=out)
    deadline = time.monotonic() + 90
    while b"is open at" not in (folder / "said").read_bytes():
        assert process.poll() is None, (folder / "said").read_text()
        assert time.monotonic() < deadline, (folder / "said").read_text()
        time.sleep(0.1)
    return process


def wait_until(true, seconds=60):
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_nothing_runs_after_init(home):
    assert embedded.running_pid(home[1]) is None
    assert (home[1] / "keys" / "django").stat().st_mode & 0o077 == 0


def test_a_weak_password_is_refused_in_one_line(home):
    answer = said(home, "init", "--username", "other", "--password-stdin", given="password\n")
    assert answer.returncode == 1
    assert answer.stderr.startswith("gridward: ")
    assert "Traceback" not in answer.stderr


def test_the_tree_mends_itself_and_stops_cleanly(home):
    _, folder, port = home
    process = served(home)
    family = psutil.Process(process.pid).children(recursive=True)
    assert answers("127.0.0.1", port)

    findings = json.loads(said(home, "doctor", "--json").stdout)
    states = {one["what"]: one["state"] for one in findings}
    assert {states[what] for what in ("database", "durability", "migrations", "worker", "web", "keys")} == {"ok"}
    assert embedded.running_pid(folder), "a doctor who leaves must not stop the database under the others"

    second = said(home, "serve")
    assert second.returncode == 1
    assert f"{port}" in second.stderr
    assert "Traceback" not in second.stderr

    psutil.Process(embedded.running_pid(folder)).kill()
    wait_until(lambda: embedded.running_pid(folder) and answers("127.0.0.1", port))

    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 0
    assert embedded.running_pid(folder) is None
    assert not [one for one in family if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]


def test_a_house_that_was_killed_opens_again(home):
    _, folder, port = home
    process = served(home)
    process.kill()
    process.wait()
    wait_until(lambda: not answers("127.0.0.1", port))
    process = served(home)
    assert answers("127.0.0.1", port)
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 0


def test_the_help_teaches_and_is_quick(home):
    began = time.monotonic()
    answer = said(home, "--help")
    assert time.monotonic() - began < 5
    for command in ("demo", "init", "serve", "doctor", "import", "export", "day", "bulletin", "bench", "drill"):
        assert f"\n  {command} " in answer.stdout


def test_an_unreachable_database_is_one_line(home):
    weird = {**home[0], "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}
    answer = subprocess.run(
        [*GRIDWARD, "bulletin"], env=weird, capture_output=True, text=True, timeout=120, check=False
    )
    assert answer.returncode == 1
    assert answer.stderr.startswith("gridward: ")
    assert "Traceback" not in answer.stderr


def test_two_districts_live_in_schemas_of_one_database(home):
    for schema in ("jiangjin", "yubei"):
        environment = {**home[0], "GRIDWARD_DB_SCHEMA": schema, "GRIDWARD_ADMIN_PASSWORD": "a-long-enough-word-7"}
        made = [*GRIDWARD, "init", "--username", f"keeper-of-{schema}"]
        subprocess.run(made, env=environment, check=True, timeout=120)
    with embedded.in_use(home[1]):
        place = f"host={embedded.socket_dir(home[1])} user={embedded.SUPERUSER} dbname={embedded.DATABASE}"
        with psycopg.connect(place) as connection:
            for schema in ("jiangjin", "yubei"):
                found = connection.execute(f"SELECT username FROM {schema}.kernel_user").fetchall()
                assert found == [(f"keeper-of-{schema}",)]
