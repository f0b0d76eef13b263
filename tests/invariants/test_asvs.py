"""The tables of the OWASP ASVS 5.0: every requirement of levels 1 and 2 is in them once; what they name is there."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[2]
# How many requirements of levels 1 and 2 each chapter of version 5.0.0 has.
COUNTS = {1: 27, 2: 11, 3: 19, 4: 10, 5: 9, 6: 35, 7: 18, 8: 7, 9: 7, 10: 29, 11: 14, 12: 9, 13: 13, 14: 9, 15: 13,
          16: 16, 17: 7}  # fmt: skip
ROW = re.compile(r"^\| ([\d.]+) \| ([12]) \| ([^|]+) \| (yes|partly|no|does not apply) \| ([^|]+) \|$")
PAGES = sorted((ROOT / "docs" / "security").glob("asvs-v*.md"))


def rows() -> list[re.Match[str]]:
    lines = [line for page in PAGES for line in page.read_text("utf-8").splitlines() if line.startswith("| ")]
    found = [ROW.match(line) for line in lines if not line.startswith("| requirement")]
    assert None not in found, [line for line in lines if not ROW.match(line)]
    return [one for one in found if one]


def test_every_requirement_stands_in_the_tables_once() -> None:
    numbers = [one[1] for one in rows()]
    assert len(numbers) == len(set(numbers))
    assert Counter(int(number.split(".")[0]) for number in numbers) == COUNTS


def test_what_the_tables_name_is_there() -> None:
    named = {path for one in rows() for path in re.findall(r"`((?:tests|gridward|\.semgrep)/?[\w/.-]*)`", one[5])}
    assert len(named) > 25
    assert [path for path in sorted(named) if not (ROOT / path).exists()] == []


def test_the_page_that_sums_them_up_counts_right() -> None:
    summed = (ROOT / "docs" / "security.md").read_text("utf-8")
    for page in PAGES:
        lines = [match for line in page.read_text("utf-8").splitlines() if (match := ROW.match(line))]
        met = Counter(one[4] for one in lines)
        row = f"(security/{page.name}) | {met['yes']} | {met['partly']} | {met['no']} | {met['does not apply']} |"
        assert row in summed, f"{row} is not in docs/security.md"
