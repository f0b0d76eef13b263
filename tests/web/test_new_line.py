import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gridward.web.cli.new_line import make_line

ROOT = Path(__file__).parents[2]
_ASK = """
import django; django.setup()
from django.urls import reverse
from django.test import RequestFactory
from django.template.loader import get_template
from gridward.kernel.registry import registry
from gridward.kernel.access.actor import SYSTEM
from gridward.lines.zzprobe.queries import open_needs
line = registry().lines["zzprobe"]
assert registry().figures["zzprobe.needs"] and registry().roles["zzprobe.officer"]
assert reverse("zzprobe:queue") == "/zzprobe/"
get_template("zzprobe/queue.html")
str(open_needs(SYSTEM).query)
print("found", line.key)
"""


@pytest.fixture
def probe():
    folder, tests = ROOT / "gridward/lines/zzprobe", ROOT / "tests/lines/zzprobe"
    yield make_line("zzprobe", "探针", folder, tests)
    shutil.rmtree(folder, ignore_errors=True)
    shutil.rmtree(tests, ignore_errors=True)


def test_a_new_line_is_found_by_the_house_without_touching_any_other_file(probe):
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "gridward.web.settings"}
    done = subprocess.run([sys.executable, "-c", _ASK], env=environment, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.strip() == "found zzprobe"


def test_a_new_line_is_written_as_the_house_writes(probe):
    ruff = [sys.executable, "-m", "ruff"]
    paths = [str(path) for path in probe if path.suffix == ".py"]
    for check in (["check"], ["format", "--check"]):
        done = subprocess.run([*ruff, *check, *paths], cwd=ROOT, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout
