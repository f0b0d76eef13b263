"""The words of the house in two languages: `compile` builds the catalogues, `check` finds what is not translated, or
translated in two ways.

Message ids are English and stand in the code; each package that has words keeps its Chinese in its own
`locale/zh_Hans/LC_MESSAGES/django.po`. `list` prints what a package still lacks, ready to be filled in.
"""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.conf import settings
from django.utils.translation.template import templatize

HOUSE = Path(__file__).parent.parent / "gridward"
CATALOGUE = Path("locale/zh_Hans/LC_MESSAGES/django.po")
WORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
}
_CALL = re.compile(r"""\bn?p?gettext\((?:u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")[, \w]*)+\)""")
Message = str | tuple[str, ...]


def packages() -> list[Path]:
    """The folders that keep words of their own."""
    return [HOUSE / "kernel", HOUSE / "web", *sorted(path.parent for path in HOUSE.glob("lines/*/line.py"))]


def messages_in(package: Path) -> Iterator[tuple[Message, str]]:
    """Every message id in a package's code and templates, with its place."""
    for path in sorted([*package.rglob("*.py"), *package.rglob("*.html"), *package.rglob("*.txt")]):
        if {"migrations", "skeleton"} & set(path.parts):
            continue
        source = path.read_text(encoding="utf-8")
        if path.suffix != ".py":
            source = "\n".join(_CALL.findall(templatize(source, origin=str(path))))
        for line, name, found, _comments in extract_python(io.BytesIO(source.encode()), WORDS, [], {}):
            ids = tuple(one for one in (found if isinstance(found, tuple) else (found,)) if one)
            if name == "ngettext" or name == "pgettext":
                ids = ids[:2] if name == "ngettext" else ids[1:2]
            if ids:
                yield (ids[0] if len(ids) == 1 else ids), f"{path.relative_to(HOUSE.parent)}:{line}"


def catalogue_of(package: Path) -> Catalog:
    """A package's Chinese; empty where the file is missing."""
    path = package / CATALOGUE
    if not path.exists():
        return Catalog(locale="zh_Hans")
    with path.open("rb") as file:
        return read_po(file, locale="zh_Hans")


def compile_all() -> None:
    """Write the .mo beside every .po."""
    for package in packages():
        path = package / CATALOGUE
        if path.exists():
            with path.with_suffix(".mo").open("wb") as file:
                write_mo(file, catalogue_of(package))


def missing() -> Iterator[tuple[Path, Message, str]]:
    """Message ids without Chinese: in the package itself, or in any other (a word is translated once)."""
    known = {
        message.id if isinstance(message.id, str) else message.id[0]
        for package in packages()
        for message in catalogue_of(package)
        if message.id and message.string and not message.fuzzy and all(_strings(message.string))
    }
    for package in packages():
        for message, place in messages_in(package):
            if (message if isinstance(message, str) else message[0]) not in known:
                yield package, message, place


def _strings(string: str | tuple[str, ...]) -> tuple[str, ...]:
    return (string,) if isinstance(string, str) else string


def collisions() -> Iterator[tuple[str, dict[str, list[str]]]]:
    """Message ids with more than one Chinese: whichever package loads first would have the word for all of them."""
    found: dict[tuple[str | None, str], dict[str, list[str]]] = {}
    for package in packages():
        for message in catalogue_of(package):
            if message.id and message.string:
                words = message.id if isinstance(message.id, str) else message.id[0]
                said = found.setdefault((message.context, words), {})
                said.setdefault(" / ".join(_strings(message.string)), []).append(package.name)
    for (_context, words), said in found.items():
        if len(said) > 1:
            yield words, said


def _list() -> None:
    seen: set[Message] = set()
    for package, message, _place in missing():
        if message not in seen:
            seen.add(message)
            print(f"{package.name}\t{message!r}")


def main(command: str) -> int:
    """Run one command; 0 where all is well."""
    settings.configure(USE_I18N=False)
    if command == "compile":
        compile_all()
        return 0
    if command == "list":
        _list()
        return 0
    lacking = list(missing())
    for _package, message, place in lacking:
        print(f"{place}: no Chinese for {message!r}", file=sys.stderr)
    apart = list(collisions())
    for words, said in apart:
        each = "; ".join(f"{chinese} in {', '.join(names)}" for chinese, names in said.items())
        print(f"{words!r} is translated differently: {each}. Use a more precise message id.", file=sys.stderr)
    return 1 if lacking or apart else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
