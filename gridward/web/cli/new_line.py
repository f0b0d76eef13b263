"""`gridward new-line`: a working line of the house's shape, to be filled with its own words."""

from __future__ import annotations

import re
from pathlib import Path
from string import Template

import click

from gridward.web.cli.session import fail, say

_HOUSE = Path(__file__).parents[2]
_SKELETON = _HOUSE / "web" / "skeleton"
_PLACES = {
    "queue.html": "templates/{name}/queue.html",
    "django.po": "locale/zh_Hans/LC_MESSAGES/django.po",
}


@click.command()
@click.argument("name")
@click.option("--zh", default="", help="The line's name in Chinese, e.g. 物资保供.")
def command(name: str, zh: str) -> None:
    """Make the line NAME (one lower-case English noun) with a manifest, a queue, a figure, a role and a test.

    Nothing else needs to change: the console, the API, imports, figures, roles and tests find it by its line.py.
    """
    if not re.fullmatch(r"[a-z]{3,24}", name):
        fail(f"“{name}” is not one lower-case English noun of 3 to 24 letters.")
    folder = _HOUSE / "lines" / name
    if folder.exists():
        fail(f"gridward/lines/{name} is there already.")
    for path in make_line(name, zh or name, folder, _HOUSE.parent / "tests" / "lines" / name):
        say(f"made {path}")
    say(f"Next: write gridward/lines/{name}/README.md, then its rules.py with tests. docs/adding-a-line.md goes on.")


def make_line(name: str, zh: str, folder: Path, tests: Path) -> list[Path]:
    """Write the skeleton's files, filled in. Returns the files made."""
    made = []
    for source in sorted(_SKELETON.glob("*.txt")):
        plain = source.name.removesuffix(".txt")
        target = tests / plain if plain.startswith("test_") else folder / _PLACES.get(plain, plain).format(name=name)
        target.parent.mkdir(parents=True, exist_ok=True)
        words = Template(source.read_text(encoding="utf-8")).safe_substitute(name=name, Name=name.capitalize(), zh=zh)
        target.write_text(words, encoding="utf-8")
        made.append(target)
    (tests / "__init__.py").touch()
    return made
