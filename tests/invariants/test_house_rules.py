import ast
from pathlib import Path

import pytest
from django.apps import apps
from django.urls import URLPattern, get_resolver

from gridward.kernel.fields import AddressField
from gridward.kernel.registry import registry

ROOT = Path(__file__).parents[2]
HOUSE = ROOT / "gridward"
OPEN_TO_ALL = {"sign-in", "sign-out", "set_language", "health"}


def routes(resolver=None, prefix=""):
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLPattern):
            yield prefix + str(pattern.pattern), pattern
        elif not str(pattern.pattern).startswith(("admin/", "api/")):
            yield from routes(pattern, prefix + str(pattern.pattern))


@pytest.mark.parametrize(("path", "pattern"), list(routes()), ids=lambda value: value if isinstance(value, str) else "")
def test_every_route_says_who_may_open_it(path, pattern):
    if pattern.name in OPEN_TO_ALL:
        return
    capability = getattr(pattern.callback, "capability", None)
    assert capability is not None, f"{path} has neither needs_capability nor open_to_all"
    assert capability == "" or capability in registry().capabilities(), f"{path}: nobody holds {capability}"


def test_every_capability_has_words_for_whoever_lacks_it():
    assert registry().capabilities() == set(registry().capability_words)


def test_every_page_of_the_navigation_is_for_a_capability_some_role_holds():
    for page in registry().pages:
        assert page.capability in registry().capabilities()


def test_every_table_of_places_or_people_can_be_scoped_by_address():
    unscoped = {
        model.__name__
        for model in apps.get_models()
        if model.__module__.startswith("gridward.") and not model.__module__.startswith("gridward.web")
        if not any(isinstance(field, AddressField) for field in model._meta.fields)
    }
    # An import and its remembered columns belong to the account that uploaded them, not to a place.
    uploads = {"ImportRun", "ColumnMapping"}
    without_places = {"Category", "FigureMark", "User", "CrewMember", "SystemKey", "VisitCount", "TriageWords"} | {
        "Seal",
        "CheckItem",
        "PostTemplate",
        "SealedEntry",
        "DataKey",
    }
    assert unscoped <= without_places | uploads


def python_files():
    return [path for path in HOUSE.rglob("*.py") if "migrations" not in path.parts]


def test_every_verb_written_to_the_journal_has_words():
    written = set()
    for path in python_files():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Event" and node.args:
                verb = node.args[0]
                if isinstance(verb, ast.Constant):
                    written.add(verb.value)
    assert written
    assert written <= set(registry().verbs), written - set(registry().verbs)


def test_only_actions_write():
    writers = {"save", "bulk_create", "create", "update", "delete", "get_or_create", "update_or_create", "bulk_update"}
    allowed = {"actions.py", "proofs.py", "sending.py", "admin.py", "forces.py", "climbing.py"}
    found = []
    for path in python_files():
        told = path.name in allowed or path.name == "drill.py" or "actions" in path.parts
        if told or ("web" in path.parts and {"cli", "chaos"} & set(path.parts)) or "drill" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in writers:
                owner = ast.unparse(node.func.value)
                if "objects" in owner:
                    found.append(f"{path.relative_to(ROOT)}: {owner}.{node.func.attr}")
    assert found == []


def test_files_and_functions_stay_small():
    long = []
    for path in python_files():
        source = path.read_text(encoding="utf-8")
        if source.count("\n") > 400:
            long.append(str(path.relative_to(ROOT)))
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.FunctionDef) and node.end_lineno - node.lineno > 60:
                long.append(f"{path.relative_to(ROOT)}:{node.name}")
    assert long == []


def test_no_file_names_this_machine_or_a_registry():
    forbidden = ("/" + "work/main", "pypi" + ".org", "files.python" + "hosted", "registry.npm" + "js")
    for path in [*ROOT.glob("*"), *HOUSE.rglob("*"), *(ROOT / "scripts").rglob("*"), ROOT / "field/package-lock.json"]:
        if path.is_file() and path.suffix not in {".mo", ".pyc"} and not {"dist", "__pycache__"} & set(path.parts):
            text = path.read_text(encoding="utf-8", errors="ignore")
            assert not any(word in text for word in forbidden), path
