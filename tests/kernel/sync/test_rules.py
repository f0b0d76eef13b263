"""Canonical bodies and the correction of clocks, by hand and by property."""

from __future__ import annotations

import json
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from gridward.kernel.sync.canonical import canonical, digest_of
from gridward.kernel.sync.rules import LARGEST, OLDEST_S, Malformed, contiguous, made_at, read_batch, read_id

FIELD = Path(__file__).parents[3] / "field"
NOW_S = 1_700_000_000.0
_TEXT = some.text(some.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=20)
_KEYS = some.text(some.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=6)
_VALUES = some.recursive(
    some.none() | some.booleans() | some.integers(-LARGEST, LARGEST) | _TEXT,
    lambda inner: some.lists(inner, max_size=4) | some.dictionaries(_KEYS, inner, max_size=4),
    max_leaves=12,
)


def test_a_canonical_body_sorts_its_keys_and_wastes_nothing():
    body = {"b": [1, None, True], "a": {"z": "“米”\n", "A": ""}}
    assert canonical(body) == '{"a":{"A":"","z":"“米”\\n"},"b":[1,null,true]}'
    assert digest_of(body) == digest_of(dict(reversed(body.items())))


@given(some.integers(0, 20), some.lists(some.integers(1, 30), max_size=30))
def test_the_watermark_is_the_last_number_before_the_first_gap(mark: int, known: list[int]):
    found = contiguous(mark, known)
    assert set(range(mark + 1, found + 1)) <= set(known)
    assert found + 1 not in known


@given(some.floats(0, 2e9), some.floats(-1e9, 1e9))
def test_nothing_is_made_after_now_nor_more_than_400_days_before(device_s: float, skew_s: float):
    found = made_at(device_s, skew_s, NOW_S)
    assert datetime.fromtimestamp(NOW_S - OLDEST_S, UTC) <= found <= datetime.fromtimestamp(NOW_S, UTC)


@pytest.mark.parametrize("wrong", [None, [], {}, {"items": []}, {"items": [], "epoch": True, "sent_ms": 1}])
def test_a_frame_names_what_is_wrong_with_it(wrong: Any):
    with pytest.raises(Malformed):
        read_batch(wrong, NOW_S)


def test_only_version_seven_ids_are_taken():
    with pytest.raises(Malformed):
        read_id({"id": "00000000-0000-4000-8000-000000000000"})


@pytest.mark.skipif(not shutil.which("node") or not (FIELD / "node_modules").exists(), reason="Node is not installed")
@settings(max_examples=15, deadline=None)
@given(some.lists(some.dictionaries(_KEYS, _VALUES, max_size=5), min_size=1, max_size=8))
def test_device_and_server_write_the_same_bytes(bodies: list[dict[str, Any]]):
    code = 'import { canonical } from "./src/sync/canonical"; import { readFileSync } from "node:fs";'
    code += "for (const body of JSON.parse(readFileSync(0, 'utf8'))) console.log(JSON.stringify(canonical(body)));"
    build = [FIELD / "node_modules/.bin/esbuild", "--bundle", "--platform=node", "--format=cjs", "--loader=ts"]
    built = subprocess.run(build, input=code, cwd=FIELD, capture_output=True, text=True, check=True).stdout
    told = subprocess.run(["node", "-e", built], input=json.dumps(bodies), capture_output=True, text=True, check=True)
    assert [json.loads(line) for line in told.stdout.split("\n")[:-1]] == [canonical(body) for body in bodies]
