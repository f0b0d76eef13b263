import base64
import hashlib
import json
import subprocess
from pathlib import Path

import pytest

from gridward.web.security import ROOT, changed_files, pinned, unlike_pins

PINS = """
alpha==1.2 \\
    --hash=sha256:00 \\
    --hash=sha256:01
beta==2.0 ; python_full_version < '3.12' \\
    --hash=sha256:02
beta==3.0 ; python_full_version >= '3.12' \\
    --hash=sha256:03
Gamma.Ray[fast]==4
"""

BAD = {
    "no-mark-safe": "from django.utils.safestring import mark_safe\nshown = mark_safe(words)\n",
    "no-glued-sql": "query.execute('DELETE FROM t WHERE n = ' + n)\n",
    "no-request-in-sql": "def page(request):\n    word = request.GET['q']\n    query.execute(f'SELECT {word}')\n",
    "no-names-in-logs": "logger.info('signed in: %s', person.phone)\n",
    "no-clock-of-ones-own": "from datetime import datetime\nnow = datetime.now()\n",
    "no-forms-without-a-mark": "@csrf_exempt\ndef page(request): ...\n",
    "no-calls-outside": "import requests\n",
    "no-code-from-data": "import pickle\nfound = pickle.loads(body)\n",
    "no-extra-sql": "rows.extra(where=['x'])\n",
    "no-whole-table-in-views": "found = Person.objects.all()\n",
    "no-sql-in-views": "with connection.cursor() as query: pass\n",
}
BAD_PAGES = {
    "no-inline-style": '<p style="color: red">x</p>',
    "no-inline-handler": '<button onclick="go()">x</button>',
    "no-script-without-nonce": '<script src="/x.js"></script>',
    "no-thing-from-elsewhere": '<img src="https://elsewhere.example/x.png">',
    "no-safe-filter": "{{ words|safe }}",
}


def test_pins_are_read_with_every_version_they_allow():
    assert pinned(PINS) == {"alpha": {"1.2"}, "beta": {"2.0", "3.0"}}


def test_what_is_not_exactly_pinned_is_found():
    pins = pinned(PINS)
    assert unlike_pins(pins, {"alpha": "1.2", "beta": "2.0", "pip": "1"}) == []
    found = unlike_pins(pins, {"alpha": "1.3", "gamma-ray": "4", "delta": "1"})
    assert found == [
        "alpha 1.3 (pinned 1.2)",
        "delta 1 (not pinned with a hash)",
        "gamma-ray 4 (not pinned with a hash)",
    ]


def test_every_requirement_of_ours_is_pinned_with_a_hash():
    for name in ("requirements", "requirements-dev", "requirements-semgrep"):
        text = (ROOT / f"{name}.txt").read_text(encoding="utf-8")
        listed = {line.split("==")[0].split("[")[0] for line in text.splitlines() if line[:1].isalpha()}
        assert len(pinned(text)) == len(listed), name


class Package:
    """An installed package of one file, as importlib.metadata shows it."""

    def __init__(self, path, value):
        self.files = [self]
        self.hash = type("Hash", (), {"mode": "sha256", "value": value})
        self.path = path

    def locate(self):
        return self.path

    def __str__(self):
        return self.path.name


def test_a_file_somebody_wrote_into_is_found(tmp_path):
    path = tmp_path / "module.py"
    path.write_text("x = 1\n")
    right = base64.urlsafe_b64encode(hashlib.sha256(b"x = 1\n").digest()).rstrip(b"=").decode()
    assert list(changed_files(Package(path, right))) == []
    path.write_text("x = 2\n")
    assert list(changed_files(Package(path, right))) == ["module.py"]
    path.unlink()
    assert list(changed_files(Package(path, right))) == ["module.py"]


@pytest.fixture(scope="module")
def semgrep():
    program = ROOT / ".venv" / "semgrep" / "bin" / "semgrep"
    if not program.exists():
        pytest.skip("semgrep is not installed: scripts/semgrep installs it")
    return program


def test_each_rule_of_our_own_finds_what_it_is_for(semgrep, tmp_path):
    for rule, source in BAD.items():
        folder = tmp_path / "views" if "views" in rule else tmp_path
        folder.mkdir(exist_ok=True)
        (folder / f"{rule.replace('-', '_')}.py").write_text(source)
    for rule, source in BAD_PAGES.items():
        (tmp_path / f"{rule}.html").write_text(source)
    command = [semgrep, "scan", "--metrics", "off", "--disable-version-check", "--quiet", "--json", "--no-git-ignore"]
    done = subprocess.run([*command, "--config", ROOT / ".semgrep", tmp_path], capture_output=True, text=True)
    found = {
        (Path(one["path"]).stem.replace("_", "-"), one["check_id"].rpartition(".")[2])
        for one in json.loads(done.stdout)["results"]
    }
    assert {(rule, rule) for rule in (*BAD, *BAD_PAGES)} <= found
