"""The six addresses of GeoReport v2.

Whoever asks without a key sees what was asked for in which community and how it stands: never the words, the door
or the tracking code. The system that reported a need sees its own words again.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from gridward.kernel import clock
from gridward.kernel.access.actor import public_actor
from gridward.kernel.access.origin import network_of
from gridward.kernel.address import Level, at_level, code_of, parse, text
from gridward.kernel.areas.queries import full_names
from gridward.kernel.needs.actions import Wanted
from gridward.kernel.needs.models import Category, Need
from gridward.kernel.needs.rules import ENDED
from gridward.lines.hotline import actions, queries
from gridward.lines.hotline.access import incident_in_force, key_in_use
from gridward.lines.hotline.models import SystemKey
from gridward.lines.hotline.open311.rendering import Problem, answer, speaks_georeport

SPAN = timedelta(days=90)
MOST = 1000
POSTS_A_MINUTE = 600
ATTRIBUTE = "DETAILS"
CHANNEL = "open311"


@speaks_georeport
def services(request: HttpRequest, kind: str) -> HttpResponse:
    """The sorts of need that may be reported."""
    _check_jurisdiction(request)
    return answer(kind, "services", [_service(one) for one in queries.categories(public=True)])


def _service(category: Category) -> dict[str, Any]:
    return {
        "service_code": category.key,
        "service_name": str(category),
        "description": _hint(category),
        "metadata": bool(category.hint),
        "type": "realtime",
        "keywords": ", ".join(_keywords(category.key)),
        "group": _("Hotline"),
    }


def _keywords(key: str) -> list[str]:
    return [word for one in queries.pointers() if one.category == key for word in one.words]


def _hint(category: Category) -> str:
    return category.hint_en if str(category) == category.name_en and category.hint_en else category.hint


@speaks_georeport
def service(request: HttpRequest, kind: str, code: str) -> HttpResponse:
    """What may be told along with one sort of need."""
    _check_jurisdiction(request)
    category = _category(code)
    attribute = {
        "variable": True,
        "code": ATTRIBUTE,
        "datatype": "text",
        "required": False,
        "datatype_description": _("Answers in your own words"),
        "order": 1,
        "description": _hint(category),
        "values": [],
    }
    attributes = [attribute] if category.hint else []
    return answer(kind, "service_definition", {"service_code": category.key, "attributes": attributes})


def _category(code: str) -> Category:
    if not code:
        raise Problem(400, _("service_code was not provided"))
    found = next((one for one in queries.categories(public=True) if one.key == code), None)
    if found is None:
        raise Problem(404, _("service_code not found: %(code)s") % {"code": code})
    return found


@speaks_georeport
def requests(request: HttpRequest, kind: str) -> HttpResponse:
    """Report a need (POST, with a key), or read those of a time (GET)."""
    _check_jurisdiction(request)
    if request.method == "POST":
        return _report(request, kind)
    key = _key(request, required=False)
    return answer(kind, "service_requests", _shown(_filtered(request), key))


@speaks_georeport
def one_request(request: HttpRequest, kind: str, request_id: str) -> HttpResponse:
    """One need."""
    _check_jurisdiction(request)
    found = queries.reported(_ids(request_id))
    if not found:
        raise Problem(404, _("service_request_id not found: %(id)s") % {"id": request_id})
    return answer(kind, "service_requests", _shown(found, _key(request, required=False)))


@speaks_georeport
def token(request: HttpRequest, kind: str, code: str) -> HttpResponse:
    """The request id behind a tracking code; guessing is limited by address."""
    _check_jurisdiction(request)
    actions.count_visit(f"token {network_of(request)}", 30, 60, clock.now())
    need = actions.by_code(code)
    return answer(kind, "service_requests", [{"service_request_id": str(need.pk), "token": need.tracking_code}])


def _check_jurisdiction(request: HttpRequest) -> None:
    given = request.POST.get("jurisdiction_id") or request.GET.get("jurisdiction_id")
    if given and given != code_of(queries.district()):
        raise Problem(404, _("jurisdiction_id not found: %(id)s") % {"id": given})


def _key(request: HttpRequest, *, required: bool) -> SystemKey | None:
    given = request.POST.get("api_key") or request.GET.get("api_key")
    found = key_in_use(given) if given else None
    if found is None and (required or given):
        raise Problem(403, _("Missing or wrong api_key"))
    return found


def _report(request: HttpRequest, kind: str) -> HttpResponse:
    key = _key(request, required=True)
    assert key is not None
    now = clock.now()
    actions.count_visit(f"open311 {key.pk}", POSTS_A_MINUTE, 60, now)
    given = request.POST
    category = _category(given.get("service_code", ""))
    words = given.get("description", "")
    if len(words) > 4000:
        raise Problem(400, _("description is longer than 4,000 characters"))
    private = {name: given[name] for name in ("email", "device_id", "account_id", "media_url") if given.get(name)}
    if said := given.get(f"attribute[{ATTRIBUTE}]"):
        private["answers"] = said[:4000]
    latitude, longitude, address = _where(given)
    wanted = Wanted(
        incident_id=incident_in_force(),
        category=category.key,
        address=address,
        words=words or str(category),
        channel=CHANNEL,
        place=given.get("address_string", "")[:200],
        latitude=latitude,
        longitude=longitude,
        caller_name=" ".join(filter(None, [given.get("last_name"), given.get("first_name")]))[:80],
        caller_phone=given.get("phone", "")[:32],
        details={"system": str(key.pk)},
        private=private,
    )
    need = actions.ask(public_actor(f"{CHANNEL}:{key.name}"[:64]), wanted, now)
    notice = _("Follow it at %(page)s with the code %(code)s") % {
        "page": request.build_absolute_uri(reverse("hotline:tracking")),
        "code": need.tracking_code,
    }
    row = {"service_request_id": str(need.pk), "service_notice": notice, "account_id": given.get("account_id")}
    return answer(kind, "service_requests", [row], 201)


def _where(given: Any) -> tuple[float | None, float | None, int]:
    latitude, longitude = _degrees(given, "lat", 90), _degrees(given, "long", 180)
    if (latitude is None) != (longitude is None):
        raise Problem(400, _("lat and long must both be given"))
    found: int | None = None
    if address_id := given.get("address_id"):
        try:
            found = parse(address_id)
        except ValueError:
            raise Problem(400, _("address_id is not an address of nineteen digits")) from None
    if found is None and latitude is not None and longitude is not None:
        found = queries.nearest_area(latitude, longitude)
    if found is None and (words := given.get("address_string")):
        found = queries.area_in_words(words)
    if found is None:
        raise Problem(400, _("No known place: send lat and long, address_id, or address_string with the community"))
    return latitude, longitude, found


def _degrees(given: Any, name: str, most: int) -> float | None:
    if not given.get(name):
        return None
    try:
        value = float(given[name])
    except ValueError:
        value = float("nan")
    if not -most <= value <= most:
        raise Problem(400, _("%(name)s is not a number of degrees") % {"name": name})
    return value


def _filtered(request: HttpRequest) -> list[Need]:
    given = request.GET
    if listed := given.get("service_request_id"):
        return queries.reported(_ids(listed))
    start, end = _span(given.get("start_date"), given.get("end_date"))
    statuses = set(filter(None, given.get("status", "").split(",")))
    if statuses - {"open", "closed"}:
        raise Problem(400, _("status: open, closed"))
    codes = [code for code in given.get("service_code", "").split(",") if code]
    return queries.reported_between(start, end, codes, statuses, MOST)


def _ids(listed: str) -> list[UUID]:
    found = []
    for one in listed.split(",")[:MOST]:
        try:
            found.append(UUID(one.strip()))
        except ValueError:
            continue
    return found


def _span(start: str | None, end: str | None) -> tuple[datetime, datetime]:
    first, last = _moment("start_date", start), _moment("end_date", end)
    if last is None:
        last = min(first + SPAN, clock.now()) if first else clock.now()
    first = first or last - SPAN
    if last - first > SPAN:
        raise Problem(400, _("start_date and end_date may not span more than 90 days"))
    return first, last


def _moment(name: str, given: str | None) -> datetime | None:
    if not given:
        return None
    try:
        # A plus sign of the zone arrives as a space where a client did not escape it.
        moment = parse_datetime(given.replace(" ", "+"))
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise Problem(400, _("%(name)s: write 2022-11-03T08:00:00Z, with the zone") % {"name": name})
    return moment


def _shown(needs: list[Need], key: SystemKey | None) -> list[dict[str, Any]]:
    places = {need.pk: at_level(need.address, Level.COMMUNITY) for need in needs}
    names = full_names(places.values())
    return [_row(need, places[need.pk], names, key) for need in needs]


def _row(need: Need, place: int, names: dict[int, str], key: SystemKey | None) -> dict[str, Any]:
    own = key is not None and need.details.get("system") == str(key.pk)
    return {
        "service_request_id": str(need.pk),
        "status": "closed" if need.state in ENDED else "open",
        "status_notes": need.outcome if own and need.outcome else need.get_state_display(),
        "service_name": str(need.category),
        "service_code": need.category_id,
        "description": need.words[:4000] if own else None,
        "agency_responsible": None,
        "service_notice": None,
        "requested_datetime": _w3(need.opened_at),
        "updated_datetime": _w3(need.closed_at or need.arrived_at or need.assigned_at or need.opened_at),
        "expected_datetime": _w3(need.promised_at),
        "address": " ".join(reversed(names.get(place, "").split(" "))),
        "address_id": text(need.address if own else place),
        "zipcode": None,
        "lat": need.latitude if own else None,
        "long": need.longitude if own else None,
        "media_url": json.loads(need.private or "{}").get("media_url") if own else None,
    }


def _w3(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
