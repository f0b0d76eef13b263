"""The documents that follow from the code: `write` makes the reference pages, `check` finds what is missing.

Checked besides: every family of addresses stands in the API's page, every layer and line has a README, every decision
is listed, and every link between documents, and every document that code names, is there.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

_DATA = tempfile.TemporaryDirectory(prefix="gridward-documents-")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gridward.web.settings")
os.environ.setdefault("GRIDWARD_DATA_DIR", _DATA.name)

import click  # noqa: E402
import django  # noqa: E402
from django.utils import translation  # noqa: E402

ROOT = Path(__file__).parent.parent
REFERENCE = ROOT / "docs" / "reference"
HELP_WIDTH = 100
_LINK = re.compile(r"\[[^\]]*\]\((?!https?:|mailto:|#)([^)#\s]+)(?:#[^)]*)?\)")
_NAMED = re.compile(r"\bdocs/[\w/-]+\.md\b")
_OF_DJANGO = {"admin", "api", "i18n"}


def settings_page() -> str:
    """Every setting of a process, from `Config`."""
    from gridward.web.config import Config

    lines = ["# Settings", "", "Read once from the environment when a process starts. Lists are separated by commas."]
    lines += ["Secrets are no settings: they are made once, under `keys/` in the data folder.", ""]
    lines += ["| variable | default | meaning |", "|---|---|---|"]
    for name, field in Config.model_fields.items():
        variable = field.validation_alias or f"GRIDWARD_{name.upper()}"
        default = field.default if not isinstance(field.default, list) else ",".join(map(str, field.default))
        shown = f"`{default}`" if str(default) else "(empty)"
        lines.append(f"| `{variable}` | {shown} | {field.description} |")
    return "\n".join(lines) + "\n"


def figures_page() -> str:
    """Every figure of every line, with its definition in both languages."""
    from gridward.kernel.registry import registry

    lines = [
        "# Figures",
        "",
        "A figure is a query over rows; nobody types one. Each is kept by area and day; `how` says",
    ]
    lines += ["what is made of its rows ([decision 6](../adr/0006-figures-are-kept-by-area-and-day.md)).", ""]
    lines += ["| key | figure 指标 | definition 口径 | unit | how |", "|---|---|---|---|---|"]
    for figure in registry().figures.values():
        words = [_both(figure.title), _both(figure.definition), _both(figure.unit), str(figure.aggregate)]
        lines.append(f"| `{figure.key}` | " + " | ".join(words) + " |")
    return "\n".join(lines) + "\n"


def _both(words: object) -> str:
    with translation.override("en"):
        english = str(words)
    with translation.override("zh-hans"):
        chinese = str(words)
    return english if english == chinese else f"{english} <br> {chinese}"


def commands_page() -> str:
    """Every command with its help, from the command line itself."""
    from gridward.web.cli.main import group

    context = click.Context(group, info_name="gridward")
    lines = ["# Commands", "", "Every command explains itself with `--help`.", ""]
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        lines += [f"## gridward {name}", "", *_helps(command, f"gridward {name}")]
    return "\n".join(lines)


def _helps(command: click.Command, name: str) -> Iterator[str]:
    # A width of our own: the page must not follow the terminal of whoever writes it.
    context = click.Context(command, info_name=name, terminal_width=HELP_WIDTH, max_content_width=HELP_WIDTH)
    yield from ("```text", command.get_help(context), "```", "")
    for inner, below in sorted(getattr(command, "commands", {}).items()):
        yield from _helps(below, f"{name} {inner}")


PAGES: dict[str, Callable[[], str]] = {
    "settings.md": settings_page,
    "figures.md": figures_page,
    "commands.md": commands_page,
}


def troubles() -> Iterator[str]:
    """What is wrong with the documents, a line each."""
    for name, make in PAGES.items():
        yield from _differences(name, make())
    yield from _addresses_left_out()
    yield from _readmes_left_out()
    yield from _decisions_left_out()
    yield from _dead_links()


def _differences(name: str, wanted: str) -> Iterator[str]:
    page = REFERENCE / name
    written = page.read_text(encoding="utf-8") if page.exists() else ""
    if written == wanted:
        return
    yield f"docs/reference/{name} is out of date: run .venv/bin/python scripts/documents.py write"
    for line in wanted.splitlines():
        if line.startswith(("| `", "## ")) and line not in written.splitlines():
            yield f"docs/reference/{name} lacks: {line[:100]}"


def _addresses_left_out() -> Iterator[str]:
    # A line may tell of its addresses in its own README: adding one touches no other file.
    tellers = [REFERENCE / "api.md", *(ROOT / "gridward" / "lines").glob("*/README.md")]
    page = "\n".join(teller.read_text(encoding="utf-8") for teller in tellers if teller.exists())
    for family in sorted({*_page_families(), *_api_paths()}):
        if f"`{family}`" not in page and f"`{family}/" not in page:
            yield f"docs/reference/api.md tells nothing of `{family}`"


def _page_families() -> Iterator[str]:
    """The first word of every page's address; of a line's pages the first two."""
    from django.urls import URLResolver, get_resolver

    for pattern in get_resolver().url_patterns:
        first = str(pattern.pattern).split("/")[0]
        if not first or first in _OF_DJANGO:
            continue
        if isinstance(pattern, URLResolver) and pattern.namespace:
            seconds = (str(below.pattern).split("/")[0] for below in pattern.url_patterns)
            yield from (f"/{first}/{second}".rstrip("/") for second in seconds)
        else:
            yield f"/{first}"


def _api_paths() -> Iterator[str]:
    from gridward.web.api import api

    yield from (str(path) for path in api.get_openapi_schema(path_prefix="/api/v1/")["paths"])


def _readmes_left_out() -> Iterator[str]:
    layers = [ROOT / "gridward" / layer for layer in ("engine", "kernel", "drill", "web")]
    lines = [manifest.parent for manifest in sorted((ROOT / "gridward" / "lines").glob("*/line.py"))]
    for folder in (*layers, *lines):
        if not (folder / "README.md").exists():
            yield f"{folder.relative_to(ROOT)}/README.md is missing"


def _decisions_left_out() -> Iterator[str]:
    folder = ROOT / "docs" / "adr"
    index = (folder / "README.md").read_text(encoding="utf-8") if (folder / "README.md").exists() else ""
    for decision in sorted(folder.glob("[0-9]*.md")):
        if f"({decision.name})" not in index:
            yield f"docs/adr/README.md does not list {decision.name}"


def _dead_links() -> Iterator[str]:
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "gridward").rglob("README.md")]:
        for target in _LINK.findall(page.read_text(encoding="utf-8")):
            if not (page.parent / target).exists():
                yield f"{page.relative_to(ROOT)}: no {target}"
    for path in (one for kind in ("py", "sql") for one in sorted((ROOT / "gridward").rglob(f"*.{kind}"))):
        for named in _NAMED.findall(path.read_text(encoding="utf-8")):
            if not (ROOT / named).exists():
                yield f"{path.relative_to(ROOT)} names {named}, which is missing"


def main(command: str) -> int:
    """Run one command, `check` or `write`; 0 where all is well."""
    django.setup()
    if command == "write":
        REFERENCE.mkdir(parents=True, exist_ok=True)
        for name, make in PAGES.items():
            (REFERENCE / name).write_text(make(), encoding="utf-8")
        return 0
    found = list(troubles())
    for trouble in found:
        print(trouble, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "check"))
