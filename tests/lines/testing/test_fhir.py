"""FHIR R4 and laboratories' lists: what goes out is valid by a public model library, what is published goes in."""

from __future__ import annotations

import copy
import csv
import gzip
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from fhir.resources.R4B import get_fhir_model_class

from gridward.kernel.access.actor import Actor
from gridward.lines.testing.actions.tubes import store_tubes
from gridward.lines.testing.models import Laboratory, Tube
from gridward.lines.testing.rules import Verdict
from gridward.lines.testing.rules.fhir import TubeFacts, bundle_of, read_bundle
from gridward.lines.testing.rules.instrument import BadFile
from tests.lines.testing.conftest import NOW, Phone, Town, sample
from tests.lines.testing.test_bench import laboratory as laboratory  # noqa: F401 # a fixture

SHARED = Path(__file__).parents[4] / "shared" / "data" / "conformance" / "fhir_r4"
FACTS = TubeFacts(
    UUID("01890000-0000-7000-8000-000000000001"), "T0001", ["p1", "p2"], "throat", "2022-11-24T08:00:00+08:00",
    "2022-11-24T10:00:00+08:00", Verdict.POSITIVE, "2022-11-24T13:00:00+08:00", "方舱实验室",
    {"ORF1ab": 27.4, "N gene": None},
)  # fmt: skip


def shared(name: str) -> Path:
    """A published example; skips the test where the shared data are absent."""
    path = SHARED / "simplereport_covid" / name
    if not path.exists():
        pytest.skip("the published examples are not in ../shared/data/conformance/fhir_r4")
    return path


def facts(verdict: Verdict) -> TubeFacts:
    return TubeFacts(**{**FACTS.__dict__, "verdict": verdict, "verdict_at": FACTS.verdict_at if verdict else None})


@pytest.mark.parametrize("verdict", list(Verdict))
def test_a_tube_is_valid_by_the_public_models_resource_by_resource(verdict: Verdict) -> None:
    bundle = bundle_of(facts(verdict))
    get_fhir_model_class("Bundle").model_validate(bundle)
    for entry in bundle["entry"]:
        resource = entry["resource"]
        read = get_fhir_model_class(resource["resourceType"]).model_validate(resource)
        assert json.loads(read.model_dump_json())["id"] == resource["id"]


def test_every_reference_of_a_tube_leads_somewhere() -> None:
    bundle = bundle_of(FACTS)
    held = {entry["fullUrl"] for entry in bundle["entry"]}
    named = {
        one["reference"]
        for entry in bundle["entry"]
        for value in entry["resource"].values()
        for one in (value if isinstance(value, list) else [value])
        if isinstance(one, dict) and "reference" in one
    }
    assert named and named <= held


def test_the_models_would_have_found_a_broken_one() -> None:
    broken = copy.deepcopy(bundle_of(FACTS))
    del broken["entry"][-1]["resource"]["status"]
    with pytest.raises(ValueError, match="status"):
        get_fhir_model_class("Bundle").model_validate(broken)


@pytest.mark.parametrize("verdict", [Verdict.NEGATIVE, Verdict.POSITIVE, Verdict.INVALID])
def test_what_goes_out_goes_in_again(verdict: Verdict) -> None:
    bundle = bundle_of(facts(verdict))
    assert read_bundle(bundle) == {"T0001": (verdict, len(bundle["entry"]))}


def _without(kind: str, *fields: str) -> dict[str, Any]:
    bundle = copy.deepcopy(bundle_of(FACTS))
    for entry in bundle["entry"]:
        if entry["resource"]["resourceType"] == kind:
            for field in fields:
                entry["resource"].pop(field, None)
    return bundle


@pytest.mark.parametrize(
    ("bundle", "reason"),
    [
        ([], "not_a_bundle"),
        ({"resourceType": "Bundle", "entry": [{}]}, "not_a_bundle"),
        ({"resourceType": "Bundle", "entry": []}, "no_reports"),
        (_without("DiagnosticReport", "specimen", "identifier"), "no_code"),
        (_without("DiagnosticReport", "result"), "no_result"),
        (_without("Observation", "valueCodeableConcept"), "verdict"),
    ],
)
def test_a_bundle_that_cannot_be_taken_names_its_entry(bundle: Any, reason: str) -> None:
    with pytest.raises(BadFile) as refused:
        read_bundle(bundle)
    assert refused.value.reason == reason
    assert refused.value.row >= 1


def _tube(town: Town, phone: Phone, actor: Callable[..., Actor], code: str) -> None:
    store_tubes(actor("testing.sampler"), [phone.tube(code, [sample(town.people[0])])], NOW)


def _send(client: Client, laboratory: Laboratory, what: str, content: bytes) -> Any:
    file = io.BytesIO(content)
    file.name = "results"
    return client.post(f"/testing/laboratories/{laboratory.pk}/{what}", {"file": file})


@pytest.mark.parametrize(
    ("name", "code", "verdict"),
    [
        ("test-results-upload-valid-as-fhir.json", "00000000-0000-0000-0000-000000000005", "positive"),
        ("bundle.json", "5DB534EA-5E97-4861-BA18-D74ACC46DB15", "positive"),
        ("bundle-integration-testing.json", "XXXXXXXX-XXXX-XXXX-XXXX-XXXXXXXXXXXX", "negative"),
    ],
)
def test_published_laboratory_bundles_go_in(
    name: str, code: str, verdict: str, town: Town, phone: Phone, actor: Callable[..., Actor],
    laboratory: Laboratory, sign_in: Callable[..., Client],
) -> None:  # fmt: skip
    content = shared(name).read_bytes()
    _tube(town, phone, actor, code)
    client = sign_in("testing.laboratory")
    for _again in range(2):
        assert _send(client, laboratory, "fhir", content).status_code == 302
    assert Tube.objects.get().verdict == verdict
    assert Tube.objects.get().readings.get().source == "fhir"


def test_the_published_list_of_3999_rows_goes_in_and_a_broken_row_is_named(
    town: Town, phone: Phone, actor: Callable[..., Actor], laboratory: Laboratory, sign_in: Callable[..., Client]
) -> None:
    content = gzip.decompress(shared("test-results-upload-4000.csv.gz").read_bytes())
    client = sign_in("testing.laboratory")
    assert "123" in _send(client, laboratory, "lists", content).content.decode()
    _tube(town, phone, actor, "123")
    rows = list(csv.reader(io.StringIO(content.decode())))
    rows[2000][rows[0].index("test_result")] = "maybe"
    written = io.StringIO()
    csv.writer(written).writerows(rows)
    refused = _send(client, laboratory, "lists", written.getvalue().encode())
    assert refused.status_code == 422
    assert "2001" in refused.content.decode()
    assert _send(client, laboratory, "lists", content).status_code == 302
    assert Tube.objects.get().verdict == "positive"


def test_a_bundle_for_a_tube_nobody_knows_is_refused(laboratory: Laboratory, sign_in: Callable[..., Client]) -> None:
    answer = _send(sign_in("testing.laboratory"), laboratory, "fhir", json.dumps(bundle_of(FACTS)).encode())
    assert answer.status_code == 422
    assert "T0001" in answer.content.decode()


def test_what_is_no_json_is_refused_by_its_line(laboratory: Laboratory, sign_in: Callable[..., Client]) -> None:
    answer = _send(sign_in("testing.laboratory"), laboratory, "fhir", b'{"a":\n oops}')
    assert answer.status_code == 422
    assert "2" in answer.content.decode()
