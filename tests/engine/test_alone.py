"""The engine stands alone: it imports and plans where neither Django nor the rest of Gridward can be imported."""

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
ENGINE = ROOT / "gridward" / "engine"
PACKAGES = {"highspy", "numba", "numpy", "ortools", "osmium", "pyvrp", "scipy"}
"""All that gridward.engine needs installed; what these need in turn is theirs."""

PROGRAM = """
import importlib, pkgutil, sys


class Wall:
    shut = {"django", "psycopg", "procrastinate", "pydantic_settings", "ninja", "allauth", "sklearn", "shapely"}

    def find_spec(self, name, path=None, target=None):
        ours = name.startswith("gridward.") and not (name + ".").startswith("gridward.engine.")
        if ours or name.split(".")[0] in self.shut:
            raise ImportError(f"{name} is out of reach of the engine")


sys.meta_path.insert(0, Wall())
import gridward.engine

for found in pkgutil.walk_packages(gridward.engine.__path__, "gridward.engine."):
    importlib.import_module(found.name)

import numpy as np
from gridward.engine import matching, pooling, similar
from gridward.engine.travel import StraightLine

places = [[29.29, 106.25], [29.30, 106.26], [29.31, 106.27]]
reach_s = StraightLine.of("car").matrix(places, places[:2]).time_s
plan = matching.assign(
    matching.needs(urgency=[1, 2]), matching.resources(kind=[0, 0, 0]), np.ascontiguousarray(reach_s.T)
)
assert sorted(set(plan.resource.tolist())) == sorted(plan.resource.tolist())
advice = pooling.advise(
    pooling.Positivity(0.001, 0.002, 0.004), pooling.by_ct(), 10_000, pooling.Laboratory(94, 2.0, 20), pooling.Limits()
)
assert advice.chosen is not None
book = similar.Book()
book.add(1, "路灯不亮")
assert book.likes("小区路灯不亮")[0].text == 1
print(" ".join(sorted({name.split(".")[0] for name in sys.modules})))
"""


def _run(program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )


def test_the_engine_imports_and_plans_without_django_the_database_or_the_rest_of_gridward():
    found = _run(PROGRAM)
    assert found.returncode == 0, found.stderr[-2000:]
    loaded = set(found.stdout.split())
    assert not loaded & {"django", "psycopg", "procrastinate"}
    assert loaded >= PACKAGES


def test_the_wall_of_that_test_holds():
    for name in ("django", "psycopg", "gridward.kernel", "gridward.lines", "gridward.web"):
        found = _run(PROGRAM.replace("import gridward.engine\n", f"import {name}\n", 1))
        assert "out of reach of the engine" in found.stderr, name


def test_the_engine_names_no_package_but_those_it_is_said_to_need():
    named = set()
    for file in ENGINE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Import):
                named |= {one.name for one in node.names}
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{file}: imports are absolute"
                named.add(node.module or "")
    outside = {name for name in named if not name.startswith("gridward.engine") and name != "gridward"}
    assert {name.split(".")[0] for name in outside} - sys.stdlib_module_names == PACKAGES


def test_what_the_engine_needs_is_in_the_requirements():
    wanted = {line.split("[")[0].split("~")[0].strip() for line in (ROOT / "requirements.in").read_text().splitlines()}
    assert wanted >= PACKAGES
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"].get("optional-dependencies", {})
    assert set(extras.get("engine", PACKAGES)) == PACKAGES
