"""Tubes as FHIR R4, out and in. Pure.

Out: one collection for a tube: the pooled Specimen with its samples as parents, a Group of its people known by number
only, the ServiceRequest, the Observation and the DiagnosticReport. In: any bundle whose DiagnosticReports name a
specimen by an accession or identifier that is a tube's.
Source: HL7 FHIR R4 (4.0.1), Specimen, ServiceRequest, Observation, DiagnosticReport, Group
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

from gridward.lines.testing.rules import Verdict
from gridward.lines.testing.rules.instrument import BadFile
from gridward.lines.testing.rules.lists import MEANINGS

Resource = dict[str, Any]
Known = Mapping[str, Sequence[Mapping[str, Any]]]
"""Resources of a bundle by what refers to them; a bundle made anonymous may have several under one name."""
_SNOMED, _LOINC = "http://snomed.info/sct", "http://loinc.org"
_TEST = {"coding": [{"system": _LOINC, "code": "94500-6"}], "text": "SARS-CoV-2 RNA"}
TESTS = ("94500-6", "94534-5", "94309-2", "94759-8", "95209-3", "94531-1", "96986-5")
"""LOINC codes that stand for a test for this virus."""
TEST_WORDS = ("sars-cov-2", "covid", "新冠")
_FOUND = {
    Verdict.POSITIVE: {"system": _SNOMED, "code": "260373001", "display": "Detected"},
    Verdict.NEGATIVE: {"system": _SNOMED, "code": "260415000", "display": "Not detected"},
    Verdict.INVALID: {"system": _SNOMED, "code": "419984006", "display": "Inconclusive"},
}


@dataclass(frozen=True)
class TubeFacts:
    """What is told of a tube to another system; people are numbers, never names. Times are ISO 8601 with a zone."""

    id: UUID
    code: str
    people: Sequence[str]
    kind: str
    closed_at: str
    received_at: str | None
    verdict: Verdict
    verdict_at: str | None
    laboratory: str
    ct: Mapping[str, float | None]


def bundle_of(tube: TubeFacts) -> Resource:
    """A tube as a collection; without a result the report is only registered."""
    made = [_group(tube), *_samples(tube), _specimen(tube), _request(tube)]
    if tube.verdict:
        made.append(_observation(tube))
    made.append(_report(tube))
    return {
        "resourceType": "Bundle",
        "id": str(_key(tube, "bundle")),
        "type": "collection",
        "entry": [{"fullUrl": f"urn:uuid:{one['id']}", "resource": one} for one in made],
    }


def _key(tube: TubeFacts, what: str) -> UUID:
    return tube.id if what == "specimen" else uuid5(tube.id, what)


def _to(tube: TubeFacts, what: str) -> Resource:
    return {"reference": f"urn:uuid:{_key(tube, what)}"}


def _group(tube: TubeFacts) -> Resource:
    return {
        "resourceType": "Group",
        "id": str(_key(tube, "group")),
        "type": "person",
        "actual": True,
        "name": tube.code,
        "quantity": len(tube.people),
    }


def _samples(tube: TubeFacts) -> list[Resource]:
    return [
        {
            "resourceType": "Specimen",
            "id": str(_key(tube, f"sample {seat}")),
            "accessionIdentifier": {"value": f"{tube.code}/{seat}"},
            "status": "available",
            "subject": {"identifier": {"value": person}},
            "collection": _collection(tube),
        }
        for seat, person in enumerate(tube.people, start=1)
    ]


def _collection(tube: TubeFacts) -> Resource:
    site = {"bodySite": {"text": tube.kind}} if tube.kind else {}
    return {"collectedDateTime": tube.closed_at, **site}


def _specimen(tube: TubeFacts) -> Resource:
    return {
        "resourceType": "Specimen",
        "id": str(_key(tube, "specimen")),
        "accessionIdentifier": {"value": tube.code},
        "status": "available",
        "type": {"text": "pooled respiratory swabs" if len(tube.people) > 1 else "respiratory swab"},
        "subject": _to(tube, "group"),
        **({"receivedTime": tube.received_at} if tube.received_at else {}),
        "parent": [_to(tube, f"sample {seat}") for seat in range(1, len(tube.people) + 1)],
        "request": [_to(tube, "request")],
        "collection": _collection(tube),
    }


def _request(tube: TubeFacts) -> Resource:
    return {
        "resourceType": "ServiceRequest",
        "id": str(_key(tube, "request")),
        "status": "completed" if tube.verdict else "active",
        "intent": "order",
        "code": _TEST,
        "subject": _to(tube, "group"),
        "authoredOn": tube.closed_at,
        "specimen": [_to(tube, "specimen")],
    }


def _observation(tube: TubeFacts) -> Resource:
    found = _FOUND[tube.verdict]
    risen = {target: value for target, value in tube.ct.items() if value is not None}
    cycles = [
        {"code": {"text": target}, "valueQuantity": {"value": value, "unit": "Ct"}} for target, value in risen.items()
    ]
    return {
        "resourceType": "Observation",
        "id": str(_key(tube, "observation")),
        "status": "final",
        "code": _TEST,
        "subject": _to(tube, "group"),
        "specimen": _to(tube, "specimen"),
        "effectiveDateTime": tube.closed_at,
        **({"issued": tube.verdict_at} if tube.verdict_at else {}),
        "performer": [{"display": tube.laboratory}],
        "valueCodeableConcept": {"coding": [found]},
        **({"component": cycles} if cycles else {}),
    }


def _report(tube: TubeFacts) -> Resource:
    told = {"issued": tube.verdict_at, "result": [_to(tube, "observation")]} if tube.verdict else {}
    return {
        "resourceType": "DiagnosticReport",
        "id": str(_key(tube, "report")),
        "identifier": [{"value": tube.code}],
        "basedOn": [_to(tube, "request")],
        "status": "final" if tube.verdict else "registered",
        "code": _TEST,
        "subject": _to(tube, "group"),
        "effectiveDateTime": tube.closed_at,
        "specimen": [_to(tube, "specimen")],
        **told,
    }


def read_bundle(given: Any) -> dict[str, tuple[Verdict, int]]:
    """What a bundle says of each tube, and in which entry (from 1) the report stands.

    Raises: BadFile, naming the entry — `not_a_bundle`, `no_reports`, `no_code`, `no_result`, `verdict`, `two_results`.
    """
    if (
        not isinstance(given, Mapping)
        or given.get("resourceType") != "Bundle"
        or not isinstance(given.get("entry"), list)
    ):
        raise BadFile(1, "resourceType", "not_a_bundle")
    known: dict[str, list[Mapping[str, Any]]] = {}
    reports: list[tuple[int, Mapping[str, Any]]] = []
    for number, entry in enumerate(given["entry"], start=1):
        resource = entry.get("resource") if isinstance(entry, Mapping) else None
        if not isinstance(resource, Mapping):
            raise BadFile(number, "resource", "not_a_bundle")
        for name in {f"{resource.get('resourceType')}/{resource.get('id')}", str(entry.get("fullUrl"))}:
            known.setdefault(name, []).append(resource)
        if resource.get("resourceType") == "DiagnosticReport":
            reports.append((number, resource))
    if not reports:
        raise BadFile(len(given["entry"]) or 1, "DiagnosticReport", "no_reports")
    found: dict[str, tuple[Verdict, int]] = {}
    for number, report in reports:
        if report.get("status") not in ("final", "amended", "corrected"):
            continue
        code, verdict = _code_of(number, report, known), _verdict_of(number, report, known)
        if found.setdefault(code, (verdict, number))[0] != verdict:
            raise BadFile(number, code, "two_results")
    return found


def _code_of(number: int, report: Mapping[str, Any], known: Known) -> str:
    """The accession of the report's specimen, else an identifier of it, else the report's own."""
    for specimen in _referred(report.get("specimen"), known):
        accession = specimen.get("accessionIdentifier")
        for one in [accession, *_listed(specimen.get("identifier"))]:
            if isinstance(one, Mapping) and one.get("value"):
                return str(one["value"]).upper()
    for one in _listed(report.get("identifier")):
        if isinstance(one, Mapping) and one.get("value"):
            return str(one["value"]).upper()
    raise BadFile(number, "specimen", "no_code")


def _verdict_of(number: int, report: Mapping[str, Any], known: Known) -> Verdict:
    for observation in _referred(report.get("result"), known):
        if not _about_this_virus(observation.get("code")):
            continue
        for coding in _codings(observation.get("valueCodeableConcept")):
            verdict = MEANINGS.get(str(coding.get("code", "")).lower())
            verdict = verdict or MEANINGS.get(str(coding.get("display", "")).lower())
            if verdict is not None:
                return verdict
        raise BadFile(number, "valueCodeableConcept", "verdict")
    raise BadFile(number, "result", "no_result")


def _about_this_virus(code: Any) -> bool:
    words = str(code.get("text", "")).lower() if isinstance(code, Mapping) else ""
    tested = any(coding.get("code") in TESTS for coding in _codings(code))
    return tested or any(word in words for word in TEST_WORDS)


def _codings(concept: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(concept, Mapping):
        yield from (one for one in _listed(concept.get("coding")) if isinstance(one, Mapping))


def _referred(references: Any, known: Known) -> Iterator[Mapping[str, Any]]:
    for one in _listed(references):
        if isinstance(one, Mapping):
            yield from known.get(str(one.get("reference")), ())


def _listed(given: Any) -> list[Any]:
    return given if isinstance(given, list) else []
