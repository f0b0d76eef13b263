"""`gridward backup`: the database and the uploads in one file, while the house goes on working."""

from __future__ import annotations

from pathlib import Path

import click

from gridward.web.cli.session import fail, house, say


@click.command()
@click.argument("target", required=False, type=click.Path(path_type=Path))
def command(target: Path | None) -> None:
    """Write a backup to TARGET, a file or a folder, best on another machine; unless told, to the data folder's backups.

    The keys stay behind: keep `keys` of the data folder elsewhere, apart from backups. Without them no name is read.
    """
    from gridward.web.config import config

    with house():
        from gridward.kernel import clock
        from gridward.web.backup.making import back_up

        now = clock.now()
        target = target or config().data_dir / "backups"
        if target.is_dir() or not target.suffix:
            target.mkdir(parents=True, exist_ok=True)
            target /= f"gridward-{now:%Y%m%dT%H%M%SZ}.tar"
        try:
            manifest = back_up(target, now)
        except OSError as refused:
            fail(f"The backup cannot be written to {target}: {refused}")
    rows, size = sum(manifest.counts.values()), target.stat().st_size / 1e6
    say(f"{rows} rows in {len(manifest.counts)} tables, {len(manifest.files) - 1} uploads, {size:.1f} MB")
    click.echo(target)
