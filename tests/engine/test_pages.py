"""The engine's pages say what they must, and name tests that are there."""

import re
from pathlib import Path

import pytest

PAGES = Path(__file__).parents[2] / "docs" / "engine"
ENGINE = Path(__file__).parents[2] / "gridward" / "engine"
PARTS = {
    "objective": "Objective|Objectives|Objective and constraints",
    "constraints": "Constraints|Objective and constraints",
    "method": "Method",
    "sources": "Sources",
    "limits": "Limits",
    "how good": "How good|How good, how it grows",
    "how it grows": "How it grows|How good, how it grows",
}
PLANNERS = sorted(
    path.stem
    for path in ENGINE.iterdir()
    if (path.suffix == ".py" or (path / "__init__.py").exists())
    and path.stem not in {"__init__", "problems", "compiled", "warm_up"}
)


@pytest.mark.parametrize("planner", PLANNERS)
def test_every_planner_has_a_page_with_all_seven_parts(planner):
    heads = re.findall(r"^## (.+)$", (PAGES / f"{planner.replace('_', '-')}.md").read_text(), re.MULTILINE)
    assert [part for part, words in PARTS.items() if not set(words.split("|")) & set(heads)] == []


def test_the_table_of_properties_names_every_planner_and_only_tests_that_are_there():
    page = (PAGES / "README.md").read_text()
    here = {
        name
        for path in Path(__file__).parent.rglob("test_*.py")
        for name in re.findall(r"^def (test_\w+)", path.read_text(), re.MULTILINE)
    }
    named = set(re.findall(r"`(test_\w+)`", page))
    assert named - here == set()
    sections = page.split("### ")[1:]
    assert len(sections) == 7
    for section in sections:
        assert {planner.replace("_", "-") for planner in PLANNERS} <= set(re.findall(r"^\| ([\w-]+) \|", section, re.M))
