"""Suggestions on made-up findings in Chinese: how often the problem offered is the right one, and how often one is.

300 findings of tests/lines/command/data/findings.csv, labelled by hand: some sixty troubles in several wordings each,
and lone ones close to them. The troubles are parted in two halves: the least likeness was chosen on the first, the
figures are of the second. The words of the trade (config/terms.example.txt) were written with all of them in view, so
the second half is also measured without the words that only it uses: the worst case, before anybody has added a word.
Findings come in a random order; each is asked for before it is put where it belongs.
"""

from __future__ import annotations

import csv
import time
from pathlib import Path
from typing import Any

import numpy as np

DATA = Path(__file__).parents[1] / "tests" / "lines" / "command" / "data" / "findings.csv"
ORDERS = 6
GRID = tuple(round(0.28 + 0.02 * at, 2) for at in range(9))
BAR_PRECISION = 0.92
"""What the chosen likeness has to keep on the first half: a little above the bar, since the second half differs."""


def rows() -> list[tuple[str, str]]:
    """(trouble, words); a lone finding is a trouble of its own."""
    with DATA.open(encoding="utf-8", newline="") as file:
        listed = list(csv.DictReader(file))
    return [(row["group"] or f"lone {at}", row["text"]) for at, row in enumerate(listed)]


def halves() -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """The findings of every other trouble; lone ones are dealt out likewise."""
    found = rows()
    order = list(dict.fromkeys(group for group, _words in found))
    first = set(order[::2])
    return [row for row in found if row[0] in first], [row for row in found if row[0] not in first]


def measured(some: list[tuple[str, str]], least: float, orders: int = ORDERS, reading: Any = None) -> dict[str, float]:
    """Precision and recall of the first suggestion, and recall of the first three, over random orders."""
    from gridward.engine.similar import Book
    from gridward.lines.command.queries.inspections import READING

    reading = reading or READING
    offered = right = within_three = known = 0
    for seed in range(orders):
        book, groups = Book(reading, least), set[str]()
        for at in np.random.default_rng(seed).permutation(len(some)):
            group, words = some[at]
            likes = book.likes(words, k=3)
            known += group in groups
            offered += bool(likes)
            right += bool(likes) and likes[0].group == group
            within_three += any(like.group == group for like in likes)
            book.add(int(at), words, group)
            groups.add(group)
    return {
        "precision": right / offered if offered else 1.0,
        "recall": right / known,
        "recall_of_three": within_three / known,
    }


def chosen_least() -> float:
    """The least likeness that keeps the precision wanted on the first half, with the most recall."""
    first, _second = halves()
    tried = {least: measured(first, least, 3) for least in GRID}
    fit = [least for least, found in tried.items() if found["precision"] >= BAR_PRECISION]
    return min(fit) if fit else GRID[-1]


def _without_words_of(half: list[tuple[str, str]], other: list[tuple[str, str]]) -> Any:
    """The reading without those words of the trade that only one half of the findings uses."""
    from dataclasses import replace

    from gridward.lines.command.queries.inspections import READING

    here, there = (" ".join(words for _group, words in some) for some in (half, other))
    kept = (tuple(word for word in term if word in there or word not in here) for term in READING.terms)
    return replace(READING, terms=tuple(term for term in kept if term))


def run() -> dict[str, Any]:
    """Measure and return the figures of the second half, at the likeness in force."""
    from gridward.lines.command.rules import LIKE_ENOUGH

    first, second = halves()
    began = time.process_time()
    found = measured(second, LIKE_ENOUGH)
    asked = len(second) * ORDERS
    return {
        "findings": len(rows()),
        "troubles": len({group for group, _words in rows() if not group.startswith("lone")}),
        "measured_on": len(second),
        "least": LIKE_ENOUGH,
        "least_chosen_on_first_half": chosen_least(),
        **{name: round(value, 3) for name, value in found.items()},
        **{
            f"only_words_of_the_first_half_{name}": round(value, 3)
            for name, value in measured(second, LIKE_ENOUGH, reading=_without_words_of(second, first)).items()
        },
        **{f"first_half_{name}": round(value, 3) for name, value in measured(first, LIKE_ENOUGH).items()},
        "cpu_ms_per_finding": round(1000 * (time.process_time() - began) / asked, 3),
    }
