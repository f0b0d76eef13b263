"""`gridward serve`: database, web and worker in one process tree."""

from __future__ import annotations

import click

from gridward.web.cli.session import prepare, say, start_database
from gridward.web.config import config
from gridward.web.database import embedded
from gridward.web.processes import Tree, web_and_worker


@click.command()
@click.option("--host", default=None, help="Address to listen on (setting GRIDWARD_HOST).")
@click.option("--port", type=int, default=None, help="Port to listen on (setting GRIDWARD_PORT).")
def command(host: str | None, port: int | None) -> None:
    """Serve the console until you press Ctrl-C.

    Starts the database, brings its schema up to date, starts web and worker, restarts either when it dies,
    and stops them in order.
    """
    run(host, port)


def run(host: str | None = None, port: int | None = None, greeting: str = "") -> None:
    """Serve until a signal; stops the database only where it started it."""
    settings = config()
    started = start_database()
    try:
        prepare()
        host, port = host or settings.host, port or settings.port
        tree = Tree(web_and_worker(host, port, settings.web_workers, settings.web_threads))
        tree.start()
        tree.wait_until_healthy(host, port)
        say(greeting or f"Gridward is open at http://{host}:{port}/  (Ctrl-C stops it)")
        tree.watch()
    finally:
        if started:
            embedded.stop(settings.data_dir)
