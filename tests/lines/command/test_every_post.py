"""Whatever is posted to command: refused for the wrong role and area, journalled once, repeated without harm."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from gridward.kernel import clock
from gridward.kernel.access.actor import SYSTEM, actor_of
from gridward.kernel.access.models import User
from gridward.kernel.drills import Scene
from gridward.kernel.ids import new_id
from gridward.kernel.journal.models import Entry
from gridward.lines.command import drill, urls
from gridward.lines.command.actions import inspections, standing
from gridward.lines.command.actions.inspections import Raised
from gridward.lines.command.models import Visit
from tests.lines.command.conftest import DISTRICT, OTHER_COMMUNITY, OTHER_TOWN, RIVERSIDE, SOUTH_GATE
from tests.lines.posting import posted_to

HQ, INSPECTOR, MINE = ("headquarters", DISTRICT), ("inspector", DISTRICT), ("headquarters", SOUTH_GATE)
COMMUNITY = ("community", SOUTH_GATE)


@dataclass(frozen=True)
class Posted:
    """One route: who may, the same role elsewhere, the body, the verb it journals, and how often when posted twice."""

    name: str
    who: tuple[str, int]
    verb: str
    body: dict[str, Any] = field(default_factory=dict)
    elsewhere: tuple[str, int] = ("town", OTHER_TOWN)
    args: Callable[[Any], dict[str, Any]] | None = None
    more: Callable[[Any], dict[str, Any]] | None = None
    times: int = 1


def _finding(world: Any, sort: str) -> Any:
    actor = actor_of(world.account(*INSPECTOR))
    return inspections.raise_finding(actor, Raised(SOUTH_GATE, "采样点没有雨棚", sort), world.scene.now)


def _visit(world: Any) -> Any:
    return Visit.objects.create(
        incident=world.scene.incident, inspector=world.account(*INSPECTOR), address=SOUTH_GATE, position=1, risk=1.0,
        day=clock.local_day(world.scene.now), planned_at=world.scene.now, days_unseen=3,
    )  # fmt: skip


def _log(world: Any) -> Any:
    return standing.write_log(actor_of(world.account(*COMMUNITY)), SOUTH_GATE, "夜班卡口缺一人", True, world.scene.now)


DIRECTIVE = {"title": "全面消杀", "words": "今天完成", "urgency": "2", "proof": "words"}
NEW_ID = str(new_id())
SOUTH, NORTH = str(SOUTH_GATE), str(RIVERSIDE)
ELSEWHERE = ("community", OTHER_COMMUNITY)
INSPECTS_ELSEWHERE = ("inspector", OTHER_TOWN)
POSTS = (
    Posted("new", HQ, "directive.sent", {**DIRECTIVE, "id": NEW_ID, "areas": [SOUTH]}),
    Posted("amendment", HQ, "directive.amended", {**DIRECTIVE, "version": "2"}),
    Posted("withdrawal", HQ, "directive.withdrawn", {"words": "不再需要"}),
    Posted("see", MINE, "directive.seen", {"version": "1"}),
    Posted("accept", MINE, "directive.accepted", {"version": "1"}),
    Posted("finish", MINE, "directive.done", {"version": "1", "words": "做完了"}),
    Posted("visit", INSPECTOR, "inspection.visited", {"gate": "yes"}, INSPECTS_ELSEWHERE,
           args=lambda world: {"visit_id": _visit(world).pk}),
    Posted("finding-new", INSPECTOR, "finding.raised",
           {"id": NEW_ID, "address": SOUTH, "words": "楼道堆放杂物", "sort": "individual"}, INSPECTS_ELSEWHERE),
    Posted("finding-right", COMMUNITY, "finding.righted", {"words": "已清理"}, ELSEWHERE,
           args=lambda world: {"finding_id": _finding(world, "individual").pk}),
    Posted("finding-recheck", INSPECTOR, "finding.checked", {"in_order": "yes"}, INSPECTS_ELSEWHERE),
    Posted("answer-use", COMMUNITY, "answer.used", {"address": SOUTH}, ELSEWHERE, times=2),
    Posted("planning", HQ, "inspection.planned", elsewhere=("town", OTHER_TOWN), times=2,
           more=lambda world: {"day": clock.local_day(world.scene.now).isoformat(),
                               "inspectors": [str(world.account(*INSPECTOR).pk)]}),
    Posted("plan-approval", HQ, "inspection.approved"),
    Posted("grouping", HQ, "finding.grouped", {"title": "采样点遮雨"},
           more=lambda world: {"findings": [str(_finding(world, "common").pk)]}),
    Posted("reply", HQ, "answer.given", {"words": "各采样点今天加装雨棚"}, args=lambda world: {
        "problem_id": inspections.group(actor_of(world.account(*HQ)), [_finding(world, "common").pk], "", "遮雨",
                                        world.scene.now).pk}),
    Posted("join", HQ, "post.joined", {"name": "几江联防区", "members": [SOUTH, NORTH]},
           args=lambda world: standing.part_areas(SYSTEM, world.told["action_area_id"], world.scene.now) or {}),
    Posted("part", HQ, "post.parted"),
    Posted("fill", COMMUNITY, "post.filled", {"post": "care", "name": "王芳", "phone": "13700000009"}, ELSEWHERE,
           args=lambda _world: {"address": SOUTH}),
    Posted("vacate", COMMUNITY, "post.vacated", elsewhere=ELSEWHERE),
    Posted("log", COMMUNITY, "log.written", {"words": "夜班卡口缺一人", "hand_over": "on"}, ("agent", SOUTH_GATE)),
    Posted("log-close", COMMUNITY, "log.closed", {"words": "已补人"}, ELSEWHERE,
           args=lambda world: {"log_entry_id": _log(world).pk}),
)  # fmt: skip
READ_BY_POST = {"reach", "hints"}
"""Posted to, since a choice or a text is too long for an address; nothing is written."""


@dataclass
class World:
    """A place with something of everything, and whoever acts there."""

    scene: Scene
    told: dict[str, str]
    account: Callable[..., User]
    sign_in: Callable[..., Client]


@pytest.fixture
def world(incident: Any, account: Any, sign_in: Any, settings: Any, tmp_path: Any) -> World:
    settings.MEDIA_ROOT = str(tmp_path)
    standing.install(datetime.now(UTC))
    user = account(*MINE)
    scene = Scene(SOUTH_GATE, incident, user, actor_of(user), SYSTEM, "南门", datetime.now(UTC))
    return World(scene, drill.settle(scene), account, sign_in)


def journalled(verb: str) -> int:
    return Entry.objects.filter(verb=verb).count()


@pytest.mark.parametrize("one", POSTS, ids=lambda one: one.name)
def test_a_post_is_refused_to_strangers_and_journalled_once(one: Posted, world: World) -> None:
    told = {**world.told, **(one.args(world) if one.args else {})}
    route = next(row for row in urls.urlpatterns if row.name == one.name)
    wanted = {key: told[key] for key in route.pattern.converters}
    path = reverse(f"command:{one.name}", kwargs=wanted)
    body = {**one.body, **(one.more(world) if one.more else {})}
    before, everything = journalled(one.verb), Entry.objects.count()
    for stranger in (world.sign_in("agent"), world.sign_in(*one.elsewhere), Client()):
        assert stranger.post(path, body).status_code in (302, 403, 404)
        assert Entry.objects.count() == everything, "who may not leaves no trace"
    client = world.sign_in(*one.who)
    assert client.post(path, body).status_code in (200, 302)
    assert journalled(one.verb) == before + 1
    assert client.post(path, body).status_code in (200, 302, 404, 409, 422)
    assert journalled(one.verb) == before + one.times


def test_every_route_that_is_posted_to_is_in_the_table() -> None:
    assert posted_to(urls.urlpatterns) - READ_BY_POST <= {one.name for one in POSTS}
