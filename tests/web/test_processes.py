import os
import signal
import socket
import subprocess
import sys
import threading
import time

import psutil
import pytest

from gridward.web.processes import Child, Tree, must_be_free
from gridward.web.trouble import Trouble

STAY = "import time; time.sleep(60)"


def child(program=STAY, name="web", healthy=lambda: True):
    return Child(name, [sys.executable, "-c", program], healthy)


@pytest.fixture(autouse=True)
def handlers():
    kept = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    yield
    signal.signal(signal.SIGTERM, kept[0])
    signal.signal(signal.SIGINT, kept[1])


def after(seconds, do):
    threading.Timer(seconds, do).start()


def ask_to_stop():
    os.kill(os.getpid(), signal.SIGTERM)


def test_a_child_that_dies_is_started_again_and_says_so(capfd):
    web = child()
    web.pause_s = 0.05
    tree = Tree([web], lambda: None)
    tree.start()
    first = web.process.pid
    os.kill(first, signal.SIGKILL)
    after(2.5, ask_to_stop)
    tree.watch()
    assert web.process.pid != first
    assert web.ended() is not None
    assert "web ended (-9), starts again" in capfd.readouterr().err


def test_one_that_keeps_dying_is_started_ever_later():
    web = child("raise SystemExit(3)")
    pauses = []
    for _ in range(6):
        web.start()
        web.process.wait()
        web.mend()
        pauses.append(web.pause_s)
    assert pauses == [2, 4, 8, 16, 30, 30]


def test_children_stop_in_the_order_in_which_they_started(tmp_path):
    log = tmp_path / "log"
    program = (
        "import signal, sys, time\n"
        f"def end(*_):\n    time.sleep(0.2); open({str(log)!r}, 'a').write(NAME); sys.exit()\n"
        "signal.signal(signal.SIGTERM, end)\n"
        f"open({str(log)!r} + NAME, 'w').close()\n"
        "while True: time.sleep(0.05)\n"
    )
    children = [
        child(f"NAME = {name!r}\n{program}", name, lambda name=name: os.path.exists(f"{log}{name}")) for name in "WK"
    ]
    tree = Tree(children, lambda: None)
    tree.start()
    ask_to_stop()
    tree.watch()
    assert log.read_text() == "WK"


def test_a_stop_is_heard_while_a_dead_child_waits_for_its_turn():
    web = child("raise SystemExit(3)")
    tree = Tree([web], lambda: None)
    tree.start()
    web.process.wait()
    web.pause_s = 15.0
    began = time.monotonic()
    after(0.8, ask_to_stop)
    tree.watch()
    assert time.monotonic() - began < 5


def test_a_child_that_ends_at_once_ends_the_start_and_all_others():
    first, second = child(), child("raise SystemExit(3)", "worker", lambda: False)
    tree = Tree([first, second], lambda: None)
    with pytest.raises(Trouble, match=r"worker ended \(3\)"):
        tree.start()
    assert first.ended() is not None


def test_what_children_say_carries_their_name(capfd):
    web = child("print('hello', flush=True)")
    web.start()
    web.process.wait()
    deadline = time.monotonic() + 5
    said = ""
    while "web    | hello" not in said and time.monotonic() < deadline:
        said += capfd.readouterr().err
    assert "web    | hello" in said


def test_the_foundation_is_looked_after_and_its_trouble_told(capfd):
    def sinking():
        raise Trouble("the database does not start")

    tree = Tree([child()], sinking)
    tree.start()
    after(0.5, ask_to_stop)
    tree.watch()
    assert "the database does not start" in capfd.readouterr().err


def test_children_end_when_the_house_is_killed():
    program = (
        "import sys, time\nfrom gridward.web.processes import Child\n"
        "one = Child('web', [sys.executable, '-c', 'import time; time.sleep(60)'], lambda: True)\n"
        "one.start(); print(one.process.pid, flush=True); time.sleep(60)"
    )
    house = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
    orphan = psutil.Process(int(house.stdout.readline()))
    house.kill()
    house.wait()
    psutil.wait_procs([orphan], 10)
    assert not orphan.is_running()


def test_a_port_that_is_taken_is_named():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(Trouble, match=f"127.0.0.1:{port}.*another"):
            must_be_free("127.0.0.1", port)
    must_be_free("127.0.0.1", port)
