"""A really running web server on a scratch database, and clients that load it, for the benches of the hotline."""

from __future__ import annotations

import gzip
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import psutil
import psycopg
from psycopg import sql

from gridward.web.processes import CONNECTIONS

APPLICATION = "gridward.web.wsgi:application"
CODE = "500116"
KEY = "bench-key-of-a-scratch-database"


class WrongAnswer(Exception):
    """The server answered with something the bench did not expect."""


@contextmanager
def scratch_database() -> Iterator[str]:
    """A migrated, empty database beside the configured one, as a URL; dropped at the end.

    Raises: psycopg.Error if the server does not allow it.
    """
    from django.db import connection

    from gridward.kernel.walls.owner import as_owner

    with as_owner():
        params = connection.get_connection_params()
    at = {name: params[name] for name in ("host", "port", "user", "password") if params.get(name)}
    name = f"gridward_bench_{secrets.token_hex(4)}"
    with psycopg.connect(dbname="postgres", autocommit=True, **at) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield _url(name, at)
        finally:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _url(name: str, at: Mapping[str, Any]) -> str:
    who = quote(str(at.get("user", "")), safe="") + (
        f":{quote(str(at['password']), safe='')}" if "password" in at else ""
    )
    host, port = str(at.get("host", "")), at.get("port")
    if host.startswith("/"):
        return f"postgresql://{who}@/{name}?host={quote(host)}" + (f"&port={port}" if port else "")
    return f"postgresql://{who}@{host}{f':{port}' if port else ''}/{name}"


def prepare(url: str, seeder: str, *arguments: str) -> dict[str, Any]:
    """Run a seeder (`module:function` printing JSON) in a process of its own that is bound to a database."""
    code = (
        "import json, sys, django; django.setup()\n"
        "from gridward.kernel.access.scope import act_as_house; from gridward.kernel.walls.owner import as_owner\n"
        "from django.core.management import call_command\n"
        "with as_owner(): call_command('migrate', verbosity=0)\n"
        "act_as_house()\n"
        "from importlib import import_module\n"
        "module, name = sys.argv[1].split(':')\n"
        "print(json.dumps(getattr(import_module(module), name)(*map(int, sys.argv[2:]))))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, seeder, *arguments], env=_environment(url), capture_output=True, text=True
    )
    if done.returncode:
        raise WrongAnswer(done.stderr[-2000:])
    return dict(json.loads(done.stdout.splitlines()[-1]))


def _environment(url: str) -> dict[str, str]:
    return {**os.environ, "DATABASE_URL": url, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}


@dataclass
class Server:
    """A running server: where, and its processes."""

    port: int
    process: psutil.Process

    def cpu_s(self) -> float:
        """Seconds of CPU that the server's processes have used."""
        return sum(_cpu_s(one) for one in [self.process, *self.process.children(recursive=True)])


def _cpu_s(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.Error:
        return 0.0
    return float(times.user + times.system)


@contextmanager
def serving(url: str, application: str, workers: int, threads: int) -> Iterator[Server]:
    """Granian serving the house over WSGI on a free port; stopped at the end.

    Raises: WrongAnswer if it does not answer within 30 seconds.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [shutil.which("granian", path=os.path.dirname(sys.executable)) or "granian", "--interface", "wsgi"]
    options = ["--host", "127.0.0.1", "--port", str(port), "--workers", str(workers), "--no-access-log"]
    options += ["--blocking-threads", str(threads), "--log-level", "warning"]
    options += ["--backlog", str(CONNECTIONS), "--backpressure", str(CONNECTIONS)]
    process = subprocess.Popen([*command, *options, application], env=_environment(url))
    try:
        _await_answer(port, process)
        yield Server(port, psutil.Process(process.pid))
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _await_answer(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if Client(port).get("/health")[0] == 200:
                return
        except (OSError, WrongAnswer):
            pass
        time.sleep(0.2)
    raise WrongAnswer("the server did not start")


def database_cpu_s(url: str) -> float:
    """Seconds of CPU that the database server's processes have used; 0 where it runs elsewhere."""
    with psycopg.connect(url) as probe:
        try:
            postmaster = psutil.Process(probe.info.backend_pid).parent()
        except psutil.Error:
            return 0.0
        return sum(_cpu_s(one) for one in [postmaster, *postmaster.children(recursive=True)]) if postmaster else 0.0


@dataclass
class Client:
    """One kept-open HTTP connection that speaks JSON; blocking."""

    port: int
    key: str = KEY
    head: bytes = field(init=False)
    _socket: socket.socket | None = None

    def __post_init__(self) -> None:
        self.head = f"Host: 127.0.0.1\r\nAuthorization: Bearer {self.key}\r\nAccept: application/json\r\n".encode()

    def get(self, path: str) -> tuple[int, Any]:
        """Status and JSON of a GET."""
        return self._ask(b"GET " + path.encode() + b" HTTP/1.1\r\n" + self.head + b"\r\n")

    def post(self, path: str, body: Mapping[str, Any]) -> tuple[int, Any]:
        """Status and JSON of a POST."""
        content = json.dumps(body).encode()
        line = b"POST " + path.encode() + b" HTTP/1.1\r\n" + self.head
        kind = b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(content)
        return self._ask(line + kind + content)

    def get_packed(self, path: str) -> tuple[int, Any, int]:
        """Status and JSON of a GET whose answer may be packed, and how many bytes of it travelled."""
        status, body = self._exchange(b"GET " + path.encode() + b" HTTP/1.1\r\n" + self.head + b"\r\n")
        return status, json.loads(gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body), len(body)

    def _ask(self, message: bytes) -> tuple[int, Any]:
        status, body = self._exchange(message)
        return status, json.loads(body) if body else None

    def _exchange(self, message: bytes) -> tuple[int, bytes]:
        if self._socket is None:
            self._socket = socket.create_connection(("127.0.0.1", self.port), timeout=60)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.sendall(message)
        received = b""
        while b"\r\n\r\n" not in received:
            received += self._more()
        head, _, body = received.partition(b"\r\n\r\n")
        length = next(
            (int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0
        )
        while len(body) < length:
            body += self._more()
        return int(head.split(b" ", 2)[1]), body

    def _more(self) -> bytes:
        assert self._socket is not None
        part = self._socket.recv(65536)
        if not part:
            raise WrongAnswer("the server closed the connection")
        return part
