"""`gridward doctor`: what is wrong, and what to do about it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import click

from gridward.web.cli.session import database, hang_up, prepare
from gridward.web.config import config, unknown_settings
from gridward.web.database import durability, embedded
from gridward.web.findings import Finding, judged
from gridward.web.processes import answers, must_be_free
from gridward.web.trouble import Trouble


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
@click.option(
    "--security", "secure", is_flag=True, help="Look at settings, packages and code instead; needs no database."
)
def command(as_json: bool, secure: bool) -> None:
    """Look at everything the house stands on; ends with 1 where something fails."""
    findings = _safe() if secure else _whole()
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False, indent=2))
    else:
        for finding in findings:
            colour = {"ok": "green", "warn": "yellow", "fail": "red"}[finding.state]
            click.echo(f"{click.style(finding.state.ljust(5), fg=colour)}{finding.what.ljust(12)} {finding.words}")
    sys.exit(1 if any(finding.state == "fail" for finding in findings) else 0)


def _whole() -> list[Finding]:
    looks = (_python, _node, _console, _chromium, _fonts, _pdf, _disk, _keys, _backups, _settings)
    return [*(look() for look in looks), *_database(), _web()]


def _safe() -> list[Finding]:
    from gridward.web.security import findings

    return findings()


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    return judged("python", good=sys.version_info >= (3, 11), words=version, remedy="use Python 3.11 or newer")


def _node() -> Finding:
    found = shutil.which("node") or shutil.which("node", path=str(Path(sys.executable).parent))
    remedy = "only building the console's scripts needs it; scripts/setup brings one"
    return judged("node", good=bool(found), words=found or "not found", remedy=remedy, worst="warn")


def _console() -> Finding:
    built = (Path(__file__).parents[1] / "static" / "dist" / "manifest.json").exists()
    return judged(
        "console", good=built, words="scripts built" if built else "scripts not built", remedy="scripts/setup"
    )


def _chromium() -> Finding:
    found = shutil.which("chromium") or shutil.which("google-chrome")
    remedy = "only browser tests need it; apt-get install chromium"
    return judged("chromium", good=bool(found), words=found or "not found", remedy=remedy, worst="warn")


def _fonts() -> Finding:
    listed = (
        subprocess.run(["fc-list", ":lang=zh"], capture_output=True, check=False) if shutil.which("fc-list") else None
    )  # noqa: S607
    good = bool(listed and listed.stdout.strip())
    remedy = "PDFs and screenshots would show boxes; apt-get install fonts-noto-cjk"
    words = "Chinese glyphs found" if good else "no Chinese font"
    return judged("fonts", good=good, words=words, remedy=remedy, worst="warn")


def _pdf() -> Finding:
    try:
        import weasyprint  # noqa: F401
    except OSError:
        remedy = "the bulletin prints from the browser only; apt-get install libpango-1.0-0 libpangoft2-1.0-0"
        return Finding("pdf", "warn", f"libpango is missing: {remedy}")
    return Finding("pdf", "ok", "libpango found")


def _disk() -> Finding:
    folder = config().data_dir
    folder.mkdir(parents=True, exist_ok=True)
    free_gb = shutil.disk_usage(folder).free / 1e9
    words = f"{free_gb:.0f} GB free at {folder.resolve()}"
    return judged("disk", good=free_gb > 5, words=words, remedy="make room: 5 GB at least", worst="warn")


def _keys() -> Finding:
    open_to_others = [path for path in (config().data_dir / "keys").rglob("*") if path.stat().st_mode & 0o077]
    words = "readable by their owner only" if not open_to_others else f"others may read {open_to_others[0]}"
    return judged("keys", good=not open_to_others, words=words, remedy="chmod 600 it, and make new keys")


def _backups() -> Finding:
    """Whoever has a backup and the keys has the people, also those who were erased since."""
    found = keys_among(config().data_dir / "keys", config().data_dir / "backups")
    words = "hold no key" if not found else f"{found[0]} is a key of the house"
    remedy = "move it out of the backups: with it they bring back who was erased"
    return judged("backups", good=not found, words=words, remedy=remedy)


def keys_among(keys: Path, backups: Path) -> list[Path]:
    """The files of a folder of backups that hold the master key or half of a key, whatever they are called."""
    sources = [path for path in (keys / "master", *(keys / "halves").glob("*")) if path.is_file()]
    held = {path.read_bytes().strip() for path in sources}
    sizes = {len(one) for one in held}
    files = [path for path in backups.rglob("*") if path.is_file() and path.stat().st_size <= max(sizes, default=0) + 2]
    return [path for path in files if path.read_bytes().strip() in held]


def _settings() -> Finding:
    unknown = unknown_settings()
    words = "all known" if not unknown else f"not a setting: {', '.join(unknown)}"
    return judged("settings", good=not unknown, words=words, remedy="see docs/reference/settings.md", worst="warn")


def _database() -> list[Finding]:
    try:
        with database():
            try:
                prepare(migrate=False, trust=True)
                from gridward.kernel.walls.owner import as_owner

                checks = (_server, _durability, _extensions, _migrations, _worker, _clock, _sealing, _retention)
                with as_owner():
                    return [check() for check in checks]
            finally:
                hang_up()
    except embedded.DatabaseTrouble as trouble:
        return [Finding("database", "fail", str(trouble))]


def _server() -> Finding:
    from django.db import connection

    kind = "DATABASE_URL" if config().database_url else "embedded"
    with connection.cursor() as query:
        query.execute("SELECT version()")
        return Finding("database", "ok", f"{str(query.fetchone()[0]).split(' on ')[0]}, {kind}")


def _durability() -> Finding:
    found = durability.shortcomings()
    return Finding("durability", "fail" if found else "ok", " ".join(found) or "what is acknowledged is on disk")


def _extensions() -> Finding:
    from django.db import connection

    with connection.cursor() as query:
        query.execute("SELECT count(*) FROM pg_available_extensions WHERE name = 'btree_gist'")
        good = query.fetchone()[0] == 1
    return judged("extensions", good=good, words="btree_gist", remedy="install postgresql-contrib")


def _migrations() -> Finding:
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    pending = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    words = "up to date" if not pending else f"{pending} not applied"
    return judged("migrations", good=not pending, words=words, remedy="gridward serve applies them", worst="warn")


def _worker() -> Finding:
    from django.db import connection

    if "procrastinate_workers" not in connection.introspection.table_names():
        return Finding("worker", "warn", "no queue yet: gridward serve makes it")
    with connection.cursor() as query:
        query.execute("SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - interval '1 minute'")
        alive = query.fetchone()[0]
    words = f"{alive} alive"
    return judged(
        "worker", good=alive > 0, words=words, remedy="nothing climbs by itself; gridward serve", worst="warn"
    )


def _clock() -> Finding:
    from django.db import connection

    from gridward.kernel import clock

    with connection.cursor() as query:
        query.execute("SELECT clock_timestamp()")
        apart_s = abs((query.fetchone()[0] - clock.now()).total_seconds())
    words = f"{apart_s:.1f} s apart from the database"
    return judged("clock", good=apart_s < 5, words=words, remedy="synchronise both machines by NTP")


def _sealing() -> Finding:
    """A lost half or another master key shows only where somebody looks: everything reads as erased, or fails."""
    from gridward.kernel.secrecy.keyring import closed_keys

    closed = closed_keys()
    words = "every data key can be opened" if not closed else f"{len(closed)} data keys cannot be opened: {closed[0]}"
    remedy = "put keys/master and keys/halves back; after a restore, gridward erase --again"
    return judged("sealing", good=not closed, words=words, remedy=remedy)


def _retention() -> Finding:
    from gridward.kernel import clock
    from gridward.kernel.erasing.queries import due

    overdue = len(due(clock.now()))
    words = (
        "nothing is due to be erased" if not overdue else f"{overdue} closed incidents hold what is due to be erased"
    )
    return judged("retention", good=not overdue, words=words, remedy="gridward erase --due", worst="warn")


def _web() -> Finding:
    settings = config()
    place = f"{settings.host}:{settings.port}"
    if answers(settings.host, settings.port):
        return Finding("web", "ok", f"{place} answers")
    try:
        must_be_free(settings.host, settings.port)
    except Trouble as taken:
        return Finding("web", "fail", f"{taken}")
    return Finding("web", "warn", f"{place} does not answer: gridward serve")
