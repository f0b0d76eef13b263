"""`gridward serve`: database, web and worker in one process tree."""

from __future__ import annotations

import click
from django.db import Error, connection

from gridward.web.cli.session import database, hang_up, prepare, say
from gridward.web.config import config
from gridward.web.database import embedded
from gridward.web.processes import Tree, must_be_free, web, worker


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
    """Serve until a signal.

    Raises: Trouble if it cannot begin.
    """
    settings = config()
    host, port = host or settings.host, port if port is not None else settings.port
    must_be_free(host, port)
    with database():
        prepare()
        newest = _newest_worker()
        children = [
            web(host, port, settings.web_workers, settings.web_threads),
            worker(lambda: _began_after(newest)),
        ]
        tree = Tree(children, _keep_database_up)
        tree.start()
        hang_up()
        say(greeting or f"Gridward is open at http://{host}:{port}/  (Ctrl-C stops it)")
        tree.watch()


def _keep_database_up() -> None:
    settings = config()
    if not settings.database_url:
        embedded.keep_up(settings.data_dir)


def _began_after(newest: int) -> bool:
    try:
        return _newest_worker() > newest
    except Error:
        # The database may die while the house starts, too: it is up again in a moment, over a new connection.
        connection.close()
        return False


def _newest_worker() -> int:
    with connection.cursor() as query:
        query.execute("SELECT coalesce(max(id), 0) FROM procrastinate_workers")
        return int(query.fetchone()[0])
