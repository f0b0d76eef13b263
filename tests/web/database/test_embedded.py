import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
import psycopg
import pytest

from gridward.web.database import embedded
from gridward.web.database.places import DatabaseTrouble, claim_socket_dir, owner


def made_folder():
    folder = Path(tempfile.mkdtemp(prefix="gridward-embedded-"))
    folder.chmod(0o755)
    return folder


@pytest.fixture(scope="module")
def fresh():
    """A data folder whose database was just made, to be copied: making one takes a second."""
    folder = made_folder()
    embedded.start(folder)
    embedded.stop(folder)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def empty_dir():
    folder = made_folder()
    yield folder
    embedded.stop(folder)
    shutil.rmtree(embedded.socket_dir(folder), ignore_errors=True)
    shutil.rmtree(folder)


@pytest.fixture
def data_dir(empty_dir, fresh):
    subprocess.run(["cp", "-a", embedded.folder(fresh), embedded.folder(empty_dir)], check=True)
    return empty_dir


@pytest.fixture
def bystander():
    process = subprocess.Popen(["sleep", "120"], user=owner() if os.getuid() == 0 else None)
    yield process
    process.kill()
    process.wait()


def sql(data_dir, statement):
    place = f"host={embedded.socket_dir(data_dir)} port={embedded.PORT} user={embedded.SUPERUSER} dbname=gridward"
    with psycopg.connect(place, autocommit=True) as connection:
        found = connection.execute(statement)
        return found.fetchone()[0] if found.description else None


def crash(data_dir):
    """Kill the server as a power cut would, with all its children."""
    server = psutil.Process(embedded.running_pid(data_dir))
    family = [server, *server.children(recursive=True)]
    for process in family:
        process.kill()
    psutil.wait_procs(family, timeout=20)


def test_what_was_committed_survives_a_crash(data_dir):
    assert embedded.start(data_dir) is True
    assert embedded.start(data_dir) is False
    sql(data_dir, "CREATE TABLE kept AS SELECT 7 AS number")
    crash(data_dir)
    assert embedded.running_pid(data_dir) is None
    assert embedded.start(data_dir) is True
    assert sql(data_dir, "SELECT number FROM kept") == 7


def test_a_killed_server_whose_children_still_end_starts_again(data_dir):
    embedded.start(data_dir)
    server = psutil.Process(embedded.running_pid(data_dir))
    server.kill()
    server.wait(10)
    assert embedded.start(data_dir) is True
    assert sql(data_dir, "SELECT 1") == 1


def test_a_pid_that_another_program_has_now_is_neither_believed_nor_signalled(data_dir, bystander):
    embedded.start(data_dir)
    pid_file = embedded.folder(data_dir) / "data" / "postmaster.pid"
    words = pid_file.read_text().split("\n", 1)[1]
    crash(data_dir)
    pid_file.write_text(f"{bystander.pid}\n{words}")
    assert embedded.running_pid(data_dir) is None
    assert embedded.stop(data_dir) is False
    assert embedded.start(data_dir) is True
    assert sql(data_dir, "SELECT 1") == 1
    assert bystander.poll() is None


def test_the_pid_of_another_folders_server_is_not_believed(data_dir):
    home = embedded.folder(data_dir)
    embedded.start(data_dir)
    other = data_dir / "other"
    (other / "postgres" / "data").mkdir(parents=True)
    shutil.copy(home / "data" / "postmaster.pid", other / "postgres" / "data")
    assert embedded.running_pid(other) is None
    assert embedded.stop(other) is False
    assert embedded.running_pid(data_dir)


def test_many_may_start_it_at_once(empty_dir):
    program = (
        "import sys; from pathlib import Path; from gridward.web.database import embedded;"
        "print(embedded.start(Path(sys.argv[1])))"
    )
    together = [
        subprocess.Popen([sys.executable, "-c", program, str(empty_dir)], stdout=subprocess.PIPE) for _ in range(4)
    ]
    said = sorted(process.communicate(timeout=120)[0].strip() for process in together)
    assert said == [b"False", b"False", b"False", b"True"]


def test_whoever_leaves_last_stops_it(data_dir):
    with embedded.in_use(data_dir):
        with embedded.in_use(data_dir):
            assert embedded.running_pid(data_dir)
        assert embedded.running_pid(data_dir)
        crash(data_dir)
        embedded.keep_up(data_dir)
        assert sql(data_dir, "SELECT 1") == 1
    assert embedded.running_pid(data_dir) is None


def test_a_start_during_a_stop_waits_for_it(data_dir):
    embedded.start(data_dir)
    pid_file = embedded.folder(data_dir) / "data" / "postmaster.pid"
    os.kill(embedded.running_pid(data_dir), signal.SIGINT)
    while pid_file.exists() and "ready" in pid_file.read_text():
        time.sleep(0.01)
    embedded.start(data_dir)
    assert sql(data_dir, "SELECT 1") == 1


def test_a_server_that_somebody_started_by_hand_keeps_running(data_dir):
    embedded.start(data_dir)
    with embedded.in_use(data_dir):
        pass
    assert embedded.running_pid(data_dir)


def test_it_keeps_its_promises(data_dir):
    embedded.start(data_dir)
    shown = {
        name: sql(data_dir, f"SHOW {name}")
        for name in ("fsync", "full_page_writes", "synchronous_commit", "data_checksums", "listen_addresses")
    }
    assert shown == {
        "fsync": "on",
        "full_page_writes": "on",
        "synchronous_commit": "on",
        "data_checksums": "on",
        "listen_addresses": "",
    }
    locale = "SELECT datlocprovider::text || ' ' || datlocale FROM pg_database WHERE datname = 'gridward'"
    assert sql(data_dir, locale) == "b C.UTF-8"
    assert sql(data_dir, "SHOW config_file") == str(embedded.folder(data_dir) / "data" / "postgresql.conf")


def test_what_an_administrator_sets_outlives_a_restart(data_dir):
    embedded.start(data_dir)
    sql(data_dir, "ALTER SYSTEM SET work_mem = '9MB'")
    embedded.stop(data_dir)
    embedded.start(data_dir)
    assert sql(data_dir, "SHOW work_mem") == "9MB"


@pytest.mark.skipif(os.getuid() != 0, reason="only root changes users")
def test_as_root_it_runs_as_an_unprivileged_user_with_its_folders_closed(empty_dir):
    embedded.start(empty_dir)
    assert psutil.Process(embedded.running_pid(empty_dir)).uids().effective == pwd.getpwnam(owner()).pw_uid
    for place in (embedded.socket_dir(empty_dir), embedded.folder(empty_dir) / "data"):
        assert place.stat().st_mode & 0o077 == 0
        assert place.owner() == owner()
    assert empty_dir.owner() == "root"


@pytest.mark.skipif(os.getuid() != 0, reason="only root changes users")
def test_as_root_it_runs_as_whoever_its_data_belongs_to_already(data_dir):
    home = embedded.folder(data_dir)
    theirs = pwd.getpwnam("nobody")
    for place in (home, *home.rglob("*")):
        os.chown(place, theirs.pw_uid, theirs.pw_gid, follow_symlinks=False)
    embedded.start(data_dir)
    assert psutil.Process(embedded.running_pid(data_dir)).uids().effective == theirs.pw_uid
    assert home.owner() == "nobody"


@pytest.mark.skipif(os.getuid() != 0, reason="only root can close a folder to the server's user")
def test_under_a_folder_that_root_closed_it_keeps_to_one_of_its_own():
    with tempfile.TemporaryDirectory() as closed:
        assert Path(closed).stat().st_mode & 0o001 == 0
        home = embedded.folder(Path(closed) / "data")
        assert home.parent.parent == Path("/var/lib/gridward")
        assert Path(closed).stat().st_mode & 0o777 == 0o700


def test_a_long_path_gets_a_short_socket(empty_dir):
    deep = empty_dir / ("a-district-with-a-long-name-" * 3) / "data"
    deep.mkdir(parents=True)
    try:
        embedded.start(deep)
        assert sql(deep, "SELECT 1") == 1
        assert len(str(embedded.socket_dir(deep))) < 60
    finally:
        embedded.stop(deep)
        shutil.rmtree(embedded.socket_dir(deep), ignore_errors=True)


def test_a_folder_with_something_else_in_it_is_left_alone(empty_dir):
    theirs = empty_dir / "postgres" / "letter.txt"
    theirs.parent.mkdir()
    theirs.write_text("not yours")
    for touch in (embedded.start, embedded.erase):
        with pytest.raises(DatabaseTrouble, match="not ours"):
            touch(empty_dir)
    assert theirs.read_text() == "not yours"


def test_a_socket_folder_made_by_another_user_is_not_used(empty_dir):
    real, link = empty_dir / "real", empty_dir / "run"
    real.mkdir()
    link.symlink_to(real)
    with pytest.raises(DatabaseTrouble, match="somebody else"):
        claim_socket_dir(link, empty_dir)


def test_an_initdb_that_was_cut_short_is_never_taken_for_a_database(empty_dir):
    half = embedded.folder(empty_dir) / "data.part"
    half.mkdir(parents=True)
    (half.parent / "GRIDWARD").touch()
    (half / "PG_VERSION").write_text("18\n")
    embedded.start(empty_dir)
    assert sql(empty_dir, "SELECT 1") == 1
    assert not half.exists()


def test_a_server_that_cannot_start_says_why_in_its_own_words(data_dir):
    embedded.start(data_dir)
    embedded.stop(data_dir)
    with (embedded.folder(data_dir) / "data" / "postgresql.auto.conf").open("a") as conf:
        conf.write("no_such_setting = 1\n")
    began = time.monotonic()
    with pytest.raises(DatabaseTrouble, match="no_such_setting"):
        embedded.start(data_dir)
    assert time.monotonic() - began < 30
