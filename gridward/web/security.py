"""What `gridward doctor --security` looks at: settings, the packages the house stands on, and its own code."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import Distribution, distributions
from importlib.util import find_spec
from pathlib import Path

from gridward.web.config import config
from gridward.web.findings import Finding, judged

ROOT = Path(__file__).parents[2]
PINS = ("requirements.txt", "requirements-dev.txt", "requirements-node.txt")
# What every environment has before anything is pinned in it, and the house itself.
_NOT_PINNED = {"pip", "setuptools", "wheel", "gridward"}
_PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)[^\\]*\\?((?:\n\s+--hash=\S+\s*\\?)*)", re.MULTILINE)
_NAMED = 5
_TIME_LIMIT_S = 300


def findings() -> list[Finding]:
    """Everything looked at, in order."""
    return [_keys(), _settings(), _pins(), _files(), _bandit(), _rules()]


def _keys() -> Finding:
    folder = config().data_dir / "keys"
    others = [path.name for path in (folder, *folder.glob("*")) if path.exists() and path.stat().st_mode & 0o077]
    words = "readable by their owner only" if not others else f"others may read {_few(others)}"
    return judged("keys", good=not others, words=words, remedy="chmod 600 them, and make new keys")


def _settings() -> Finding:
    import django
    from django.conf import settings
    from django.core.checks import run_checks

    django.setup()
    if settings.DEBUG:
        return Finding("settings", "fail", "GRIDWARD_DEBUG is on: it shows the inside of the house to everybody")
    found = [str(issue.id) for issue in run_checks(include_deployment_checks=True) if not issue.is_silenced()]
    if not settings.BEHIND_TLS:
        return Finding("settings", "warn", "no TLS: set GRIDWARD_BEHIND_TLS behind a proxy that speaks it")
    words = "Django's deployment checks find nothing" if not found else f"Django's checks say {_few(found)}"
    return judged("settings", good=not found, words=words, remedy="gridward manage check --deploy")


def pinned(text: str) -> dict[str, set[str]]:
    """The versions a requirements file pins with a hash, by name; several where they depend on Python's own."""
    found: dict[str, set[str]] = {}
    for name, version, hashes in _PIN.findall(text):
        if hashes.strip():
            found.setdefault(_plain(name), set()).add(version)
    return found


def unlike_pins(pins: dict[str, set[str]], installed: dict[str, str]) -> list[str]:
    """Installed packages that are not exactly what is pinned with a hash, a few words each."""
    found = []
    for name, version in sorted(installed.items()):
        wanted = pins.get(name, set())
        if name not in _NOT_PINNED and version not in wanted:
            found.append(f"{name} {version} ({f'pinned {min(wanted)}' if wanted else 'not pinned with a hash'})")
    return found


def _pins() -> Finding:
    texts = [(ROOT / name).read_text(encoding="utf-8") for name in PINS if (ROOT / name).exists()]
    if not texts:
        return Finding(
            "packages", "warn", "requirements.txt is not here: look from the folder the house was installed in"
        )
    pins = pinned("\n".join(texts))
    installed = {_plain(one.metadata["Name"]): one.version for one in distributions()}
    found = unlike_pins(pins, installed)
    words = f"all {len(installed)} installed are pinned with hashes" if not found else f"not as pinned: {_few(found)}"
    return judged("packages", good=not found, words=words, remedy="scripts/setup in a new environment")


def _files() -> Finding:
    changed = [path for one in distributions() for path in changed_files(one)]
    words = "every file is as its package brought it" if not changed else f"changed: {_few(changed)}"
    return judged(
        "files", good=not changed, words=words, remedy="somebody wrote there; scripts/setup anew, and ask who"
    )


def changed_files(package: Distribution) -> Iterator[str]:
    """The installed files of a package that differ from its own record of hashes, or are gone."""
    for file in package.files or ():
        if file.hash is None or file.hash.mode != "sha256":
            continue
        path = Path(str(file.locate()))
        kept = hashlib.sha256(path.read_bytes()).digest() if path.is_file() else b""
        if base64.urlsafe_b64encode(kept).rstrip(b"=").decode() != file.hash.value:
            yield str(file)


def _bandit() -> Finding:
    if find_spec("bandit") is None:
        return Finding("bandit", "warn", "not installed: scripts/setup installs it along with the tests")
    # Low severity and low confidence are left to ruff and to review: they find every assert and every subprocess.
    command = [sys.executable, "-m", "bandit", "-q", "-ll", "-ii", "-f", "json", "-r", str(ROOT / "gridward")]
    report = json.loads(_said(command) or "{}")
    found = [f"{Path(one['filename']).name}:{one['line_number']} {one['test_id']}" for one in report.get("results", [])]
    good = not found and not report.get("errors", ["no report"])
    words = "finds nothing" if good else _few(found or ["it could not read the code"])
    return judged("bandit", good=good, words=words, remedy="python -m bandit -ll -ii -r gridward")


def _rules() -> Finding:
    own = ROOT / ".venv" / "semgrep" / "bin" / "semgrep"
    program = str(own) if own.exists() else shutil.which("semgrep")
    if program is None or not (ROOT / ".semgrep").is_dir():
        return Finding("rules", "warn", "semgrep is not installed: scripts/semgrep installs and runs it")
    command = [program, "scan", "--metrics", "off", "--disable-version-check", "--config", str(ROOT / ".semgrep")]
    report = json.loads(_said([*command, "--json", "--quiet", str(ROOT / "gridward")]) or "{}")
    found = [
        f"{Path(one['path']).name}:{one['start']['line']} {one['check_id'].rpartition('.')[2]}"
        for one in report.get("results", [])
    ]
    read = len(report.get("paths", {}).get("scanned", []))
    good = not found and read > 0 and not report.get("errors")
    words = f"our own rules find nothing in {read} files" if good else _few(found or ["it could not read the code"])
    return judged("rules", good=good, words=words, remedy="scripts/semgrep")


def _said(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_TIME_LIMIT_S, cwd=ROOT)  # noqa: S603
    return done.stdout


def _few(words: list[str]) -> str:
    more = f" and {len(words) - _NAMED} more" if len(words) > _NAMED else ""
    return ", ".join(words[:_NAMED]) + more


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
