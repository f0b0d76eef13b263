"""Whatever is posted to forces: refused for the wrong role and area, journalled once, repeated without harm."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from gridward.kernel import clock
from gridward.kernel.access.actor import SYSTEM, actor_of
from gridward.kernel.access.models import Grant, User
from gridward.kernel.drills import Scene
from gridward.kernel.ids import new_id
from gridward.kernel.journal.models import Entry
from gridward.lines.forces import urls
from gridward.lines.forces.actions import invitations
from gridward.lines.forces.drill import deeds, people
from gridward.lines.forces.models import Volunteer
from tests.lines.forces.conftest import DISTRICT, ESTATE, OTHER_COMMUNITY, SOUTH_GATE, TOWN
from tests.lines.posting import posted_to

DESK, OFFICER = ("forces.volunteers", DISTRICT), ("forces.officer", DISTRICT)
HOLDER, SUPPLIER = ("forces.community", SOUTH_GATE), ("forces.department", DISTRICT)
SOUTH, TODAY = str(SOUTH_GATE), clock.local_day(datetime.now(UTC))
TOMORROW = TODAY + timedelta(days=1)
NEW_ID = str(new_id())


@dataclass(frozen=True)
class Posted:
    """One route: who may, the body, the verb it journals, and how often when posted twice.

    `ready` makes what is posted about, and returns the route's parameters and more of the body.
    """

    name: str
    who: tuple[str, int]
    verb: str
    body: dict[str, Any] = field(default_factory=dict)
    ready: Callable[[Scene], tuple[dict[str, Any], dict[str, Any]]] = lambda _scene: ({}, {})
    times: int = 1


def applied(scene: Scene) -> Any:
    return {"volunteer_id": people._applied(scene).pk}, {}


def checked(scene: Scene) -> Any:
    return {"volunteer_id": people._checked(scene).pk}, {}


def admitted(scene: Scene) -> Any:
    return {"volunteer_id": people._admitted(scene).pk}, {}


def several(scene: Scene, make: Callable[[Scene], Volunteer]) -> Any:
    return {}, {"volunteer": [str(make(scene).pk)]}


def team(scene: Scene) -> Any:
    return {"team_id": people._team(scene).pk}, {}


def marked(scene: Scene) -> Any:
    one = people._admitted(scene)
    return {"volunteer_id": one.pk}, {"post": str(deeds.duty(scene).post.pk)}


def planned(scene: Scene) -> Any:
    return {"roster_id": deeds._planned(scene)[1].pk}, {}


def reinforcing(scene: Scene) -> Any:
    return {"reinforcement_id": deeds._reinforcing(scene).pk}, {}


def supporting(scene: Scene) -> Any:
    one = people._admitted(scene)
    invitations.invite(SYSTEM, [one.pk], OTHER_COMMUNITY, "支援", scene.now)
    invitations.answer(SYSTEM, one.code, one.invitations.get().pk, scene.now, comes=True)
    return {}, {}


def short(scene: Scene) -> Any:
    deeds._spare(scene)
    return {}, {}


def configured(scene: Scene) -> Any:
    deeds._configured(scene)
    return {}, {}


def delivery(scene: Scene) -> Any:
    return {"delivery_id": deeds._delivery(scene).pk}, {}


TEAM = {"kind": "vanguard", "name": "红旗突击队", "address": SOUTH, "founded_on": TODAY.isoformat()}
LACK = {"area": SOUTH, "field": "testing", "item": "防护服", "unit": "套", "quantity": "5"}
AREA = {"area": SOUTH, "day": TOMORROW.isoformat()}
STAFF = (
    Posted("team-founding", DESK, "forces.team_founded", {**TEAM, "id": NEW_ID}),
    Posted("team-record", DESK, "forces.team_changed", TEAM, team),
    Posted("team-closure", DESK, "forces.team_closed", {"reason": "任务完成"}, team),
    Posted("identity", DESK, "forces.identity_checked", {}, applied),
    Posted("admission", DESK, "forces.volunteer_admitted", {}, checked),
    Posted("refusal", DESK, "forces.volunteer_refused", {"reason": "名额已满"}, applied),
    Posted("pause", DESK, "forces.volunteer_paused", {}, admitted),
    Posted("record", DESK, "forces.volunteer_changed", {"kind": "teacher", "transport": "foot", "max_shifts_week": "3"},
           admitted),
    Posted("dismissal", DESK, "forces.volunteer_left", {}, admitted),
    Posted("admissions", DESK, "forces.volunteer_admitted", {}, lambda scene: several(scene, people._checked)),
    Posted("training", DESK, "forces.volunteer_changed", {}, lambda scene: several(scene, people._admitted)),
    Posted("invitations", DESK, "forces.volunteer_invited", {"place": str(OTHER_COMMUNITY), "words": "支援"},
           lambda scene: several(scene, people._admitted)),
    Posted("volunteer-marks", DESK, "forces.checked_in", {"direction": "in", "id": NEW_ID}, marked),
    Posted("volunteer-certificate", DESK, "forces.certificate_issued", {},
           lambda scene: ({"volunteer_id": people._served(scene).pk}, {}), times=2),
    Posted("post-statement", HOLDER, "forces.post_stated",
           {"area": SOUTH, "kind": "forces.gate", "name": "北门", "heads_early": "2"}, configured),
    Posted("post-heads", HOLDER, "forces.post_changed", {"heads_early": "5", "version": "1"},
           lambda scene: ({"post_id": deeds.duty(scene).post.pk}, {})),
    Posted("post-days", HOLDER, "forces.day_made", {**AREA, "day": (TOMORROW + timedelta(days=1)).isoformat()},
           lambda scene: (deeds.duty(scene) and {}, {})),
    Posted("post-standing", OFFICER, "forces.posts_restated", {"area": str(DISTRICT)}, configured),
    Posted("post-control", OFFICER, "forces.control_set", {"area": SOUTH, "level": "high"}, configured),
    Posted("roster-planning", OFFICER, "forces.plan_proposed", AREA, lambda scene: (deeds.duty(scene) and {}, {}),
           times=2),
    Posted("roster-approval", OFFICER, "forces.roster_approved", {}, planned),
    Posted("roster-withdrawal", OFFICER, "forces.plan_withdrawn", {}, planned),
    Posted("absence", HOLDER, "assignment.released", {**AREA},
           lambda scene: ({}, {"absent": [str(deeds._rostered(scene)[1].pk)]})),
    Posted("lack-statement", HOLDER, "need.logged", {**LACK, "id": NEW_ID}, configured),
    Posted("lack-matching", OFFICER, "forces.matched", {"area": str(DISTRICT)},
           lambda scene: (deeds._offered(scene) and {}, {})),
    Posted("supply-offer", SUPPLIER, "forces.supply_offered",
           {"field": "testing", "item": "口罩", "unit": "只", "quantity": "9"},
           lambda scene: ({}, {"organisation": str(deeds._lack(scene).pk)})),
    Posted("delivery-departure", SUPPLIER, "assignment.under_way", {}, delivery),
    Posted("delivery-receipt", HOLDER, "assignment.done", {"words": "社区仓库签收"}, delivery),
    Posted("reinforcement-planning", OFFICER, "forces.plan_proposed", {**AREA, "area": str(TOWN)}, short, times=2),
    Posted("reinforcement-approval", OFFICER, "forces.reinforced", {}, reinforcing),
    Posted("reinforcement-withdrawal", OFFICER, "forces.plan_withdrawn", {}, reinforcing),
    Posted("support-end", OFFICER, "forces.sent_home", {"area": str(OTHER_COMMUNITY)}, supporting),
)  # fmt: skip


def invited(scene: Scene) -> Any:
    one = people._admitted(scene)
    invitations.invite(SYSTEM, [one.pk], OTHER_COMMUNITY, "支援", scene.now)
    return one, {"invitation_id": one.invitations.get().pk}, {}


def rostered(scene: Scene) -> Any:
    sent = deeds._rostered(scene)[1]
    return coded(deeds._giver(sent)), {}, {"need": str(sent.need_id)}


def coded(one: Volunteer) -> Volunteer:
    one.code = "k" * 20
    one.save()
    return one


def offered(scene: Scene, taker: bool) -> Any:
    swap = deeds._swap(scene)
    one = deeds._person(scene) if taker else swap.offered_by
    return coded(one), {"swap_id": swap.pk}, {}


def own(name: str, verb: str, ready: Callable[[Scene], Any], body: Any = None, times: int = 1) -> tuple[Any, ...]:
    return name, verb, ready, body or {}, times


OWN = (
    own("profile", "forces.volunteer_changed", lambda scene: (people._admitted(scene), {}, {}),
        {"skills": ["driving"], "transport": "car", "max_shifts_week": "2"}),
    own("departure", "forces.volunteer_left", lambda scene: (people._admitted(scene), {}, {}), {"forget": "yes"}),
    own("invitation", "forces.invitation_answered", invited, {"answer": "yes"}),
    own("certificate", "forces.certificate_issued", lambda scene: (people._served(scene), {}, {}), times=2),
    own("swap-offer", "forces.swap_offered", rostered),
    own("swap-acceptance", "forces.swap_taken", lambda scene: offered(scene, True)),
    own("swap-withdrawal", "forces.swap_withdrawn", lambda scene: offered(scene, False)),
)  # fmt: skip
ELSEWHERE_TESTED = {"join", "marks", "certificate-check"}
"""Open to all: signing up and what phones send are tested with volunteers and attendance; a check writes nothing."""


@pytest.fixture
def scene(incident: Any, settings: Any, tmp_path: Any) -> Scene:
    settings.MEDIA_ROOT = str(tmp_path)
    user = User.objects.create(username="somebody", display_name="somebody")
    Grant.objects.create(user=user, role="community", address=SOUTH_GATE)
    return Scene(SOUTH_GATE, incident, user, actor_of(user), SYSTEM, "南门", datetime.now(UTC))


def journalled(verb: str) -> int:
    return Entry.objects.filter(verb=verb).count()


@pytest.mark.parametrize("one", STAFF, ids=lambda one: one.name)
def test_a_post_is_refused_to_strangers_and_journalled_once(one: Posted, scene: Scene, sign_in: Any) -> None:
    arguments, more = one.ready(scene)
    path, body = reverse(f"forces:{one.name}", kwargs=arguments), {**one.body, **more}
    before, everything = journalled(one.verb), Entry.objects.count()
    elsewhere = sign_in(one.who[0], ESTATE if one.name == "support-end" else OTHER_COMMUNITY)
    for stranger in (sign_in("agent"), elsewhere, Client()):
        assert stranger.post(path, body).status_code in (302, 403, 404)
        assert Entry.objects.count() == everything, "who may not leaves no trace"
    client = sign_in(*one.who)
    answer = client.post(path, body)
    assert answer.status_code in (200, 302), answer.content.decode()[-1500:]
    assert journalled(one.verb) == before + 1
    assert client.post(path, body).status_code in (200, 302, 404, 409, 422)
    assert journalled(one.verb) == before + one.times


@pytest.mark.parametrize(("name", "verb", "ready", "body", "times"), OWN, ids=[one[0] for one in OWN])
def test_what_is_ones_own_hangs_on_ones_code(
    name: str, verb: str, ready: Any, body: Any, times: int, scene: Scene
) -> None:
    person, arguments, more = ready(scene)
    one, before, everything = Client(), journalled(verb), Entry.objects.count()
    wrong = reverse(f"forces:{name}", kwargs={"personal_code": "a" * 20, **arguments})
    # Whoever leaves twice is told the same again, and a guessed code with them.
    assert one.post(wrong, {**body, **more}).status_code == (200 if name == "departure" else 404)
    assert Entry.objects.count() == everything
    path = reverse(f"forces:{name}", kwargs={"personal_code": person.code, **arguments})
    answer = one.post(path, {**body, **more})
    assert answer.status_code in (200, 302), answer.content.decode()[-1500:]
    assert journalled(verb) == before + 1
    assert one.post(path, {**body, **more}).status_code in (200, 302, 404, 409, 422)
    assert journalled(verb) == before + times


def test_every_route_that_is_posted_to_is_in_the_tables() -> None:
    assert posted_to(urls.urlpatterns) - ELSEWHERE_TESTED <= {one.name for one in STAFF} | {one[0] for one in OWN}
