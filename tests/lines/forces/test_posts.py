"""Posts, their shifts and gaps through HTTP, and the rules behind them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from gridward.kernel import clock
from gridward.kernel.access.actor import SYSTEM, Actor
from gridward.kernel.address import span
from gridward.kernel.journal.models import Entry
from gridward.kernel.needs.actions import Wanted, log
from gridward.kernel.needs.models import Category, Need
from gridward.kernel.needs.queries import queue
from gridward.lines.forces.actions import posts as actions
from gridward.lines.forces.models import Post, PostShift
from gridward.lines.forces.queries import posts as queries
from gridward.lines.forces.rules.posts import DemandRow, Place, bounds, heads, level_at, standing
from tests.lines.forces.conftest import DISTRICT, ESTATE, OTHER_TOWN, SOUTH_GATE, TOWN

TOMORROW = clock.local_day(datetime.now(UTC)) + timedelta(days=1)


def stated(client: Any, **given: Any) -> Any:
    body = {"area": f"{SOUTH_GATE:019d}", "kind": "forces.gate", "name": "北门", "heads_early": "2", "heads_night": "1"}
    return client.post("/forces/posts/statement", {**body, **given})


def test_heads_follow_the_size_halves_up_and_never_fall_below_the_least() -> None:
    assert [heads(0.5, 1, residents) for residents in (0, 900, 3000, 5000)] == [1, 1, 2, 3]
    assert heads(0.5, 0, 900) == 0


def test_the_deepest_area_around_a_place_says_its_level() -> None:
    levels = {DISTRICT: "low", TOWN: "high", SOUTH_GATE: "medium"}
    assert level_at(ESTATE, levels) == "medium"
    assert level_at(TOWN, levels) == "high"
    assert level_at(OTHER_TOWN, {}) == "low"


def test_rules_ask_only_of_the_places_and_the_level_they_name() -> None:
    rule = DemandRow("forces.gate", "high", "estate", ("early", "late"), 1.0, 1)
    places = [Place(ESTATE, "estate", "high", 2400), Place(SOUTH_GATE, "community", "high", 9000)]
    assert [(one.address, one.heads) for one in standing([rule], places)] == [(ESTATE, {"early": 2, "late": 2})]
    assert standing([rule], [Place(ESTATE, "estate", "low", 2400)]) == []


def test_a_night_ends_the_next_morning() -> None:
    starts, ends = bounds(date(2022, 12, 2), 1320, 1800, clock.zone())
    assert (ends - starts) == timedelta(hours=8)
    assert ends.date() == date(2022, 12, 3)


@pytest.mark.django_db
def test_a_community_states_a_post_and_its_shifts_become_needs_once(sign_in: Any) -> None:
    community = sign_in("forces.community", SOUTH_GATE)
    assert stated(community).status_code == 302
    assert stated(community).status_code == 302
    post = Post.objects.get()
    assert post.heads == {"early": 2, "night": 1}
    form = {"area": f"{SOUTH_GATE:019d}", "day": TOMORROW.isoformat()}
    assert community.post("/forces/posts/days", form).status_code == 302
    assert community.post("/forces/posts/days", form).status_code == 302
    shifts = list(PostShift.objects.order_by("starts_at"))
    assert [(one.shift_id, one.heads) for one in shifts] == [("early", 2), ("night", 1)]
    need = Need.objects.get(pk=shifts[0].pk)
    assert (need.kind, need.state, need.details["heads"]) == ("forces.shift", "waiting", 2)
    verbs = set(Entry.objects.values_list("verb", flat=True))
    assert {"forces.post_stated", "forces.day_made", "need.logged"} <= verbs
    shown = community.get("/forces/posts", form).content.decode()
    assert "南门社区" in shown and "北门" in shown


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("given", "code"),
    [({"heads_early": "0", "heads_night": "0"}, 422), ({"heads_early": "999"}, 422), ({"kind": "no.such"}, 422)],
)
def test_a_post_without_people_or_of_no_kind_is_refused_in_words(sign_in: Any, given: Any, code: int) -> None:
    answer = stated(sign_in("forces.community", SOUTH_GATE), **given)
    assert answer.status_code == code and 'role="alert"' in answer.content.decode()
    assert not Post.objects.exists()


@pytest.mark.django_db
def test_another_community_and_another_role_state_nothing_here(sign_in: Any) -> None:
    assert stated(sign_in("forces.community", OTHER_TOWN)).status_code == 403
    assert stated(sign_in("forces.department")).status_code == 403
    assert not Post.objects.exists()


@pytest.mark.django_db
def test_numbers_are_changed_on_the_newest_picture_only_and_none_at_all_ends_the_post(sign_in: Any) -> None:
    community = sign_in("forces.community", SOUTH_GATE)
    stated(community)
    post = Post.objects.get()
    path = f"/forces/posts/{post.pk}/heads"
    assert community.post(path, {"version": "1", "heads_early": "5"}).status_code == 302
    assert community.post(path, {"version": "1", "heads_early": "6"}).status_code == 409
    post.refresh_from_db()
    assert (post.heads, post.version) == ({"early": 5}, 2)
    assert community.post(path, {"version": "2"}).status_code == 302
    post.refresh_from_db()
    assert post.active_until is not None
    stranger = sign_in("forces.community", OTHER_TOWN)
    assert stranger.post(path, {"version": "3", "heads_early": "1"}).status_code == 404


@pytest.mark.django_db
def test_the_rules_put_posts_right_again_and_again_the_same_and_leave_what_was_stated(sign_in: Any) -> None:
    stated(sign_in("forces.community", SOUTH_GATE))
    desk = sign_in("forces.officer")
    form = {"area": f"{DISTRICT:019d}"}
    assert desk.post("/forces/posts/standing", form).status_code == 302
    count = Post.objects.filter(source="rule").count()
    assert count > 10
    assert actions.restate(SYSTEM, span(DISTRICT), datetime.now(UTC)) == 0
    assert Post.objects.filter(source="stated").count() == 1
    actions.set_control(SYSTEM, TOWN, "high", datetime.now(UTC))
    assert actions.restate(SYSTEM, span(DISTRICT), datetime.now(UTC)) > 0
    gate = Post.objects.get(source="rule", category_id="forces.gate", address=ESTATE)
    assert gate.heads == {"early": 6, "late": 6, "night": 6}


@pytest.mark.django_db
def test_gaps_are_seen_by_town_and_by_community_before_the_shift_begins(sign_in: Any) -> None:
    stated(sign_in("forces.community", SOUTH_GATE))
    actions.make_day(SYSTEM, span(DISTRICT), TOMORROW, datetime.now(UTC))
    [town] = queries.gaps([span(DISTRICT)], TOMORROW, 9)
    assert (town.address, town.wanted, town.filled, town.short_shifts) == (TOWN, 3, 0, 2)
    desk = sign_in("forces.officer")
    shown = desk.get("/forces/posts", {"day": TOMORROW.isoformat()}).content.decode()
    assert "几江街道" in shown
    points = desk.get("/forces/posts/points.geojson", {"day": TOMORROW.isoformat()}).json()
    assert [one["properties"]["mark"] for one in points["features"]] == ["overdue"]
    assert sign_in("forces.community", OTHER_TOWN).get("/forces/posts/points.geojson").json()["features"] == []


@pytest.mark.django_db
def test_a_shift_that_is_over_ends_and_is_never_a_gap_of_the_next_day(sign_in: Any) -> None:
    stated(sign_in("forces.community", SOUTH_GATE))
    actions.make_day(SYSTEM, span(DISTRICT), TOMORROW, datetime.now(UTC))
    assert actions.close_over(SYSTEM, datetime.now(UTC)) == 0
    later = datetime.now(UTC) + timedelta(days=4)
    assert actions.close_over(SYSTEM, later) == 2
    assert actions.close_over(SYSTEM, later) == 0
    assert {one.state for one in Need.objects.filter(kind="forces.shift")} == {"withdrawn"}
    assert Entry.objects.filter(verb="need.withdrawn").count() == 2


def test_the_shifts_of_a_day_do_not_flood_the_queue_of_a_place(incident: Any, sign_in: Any) -> None:
    now = datetime.now(UTC)
    Post.objects.create(
        incident=incident, address=SOUTH_GATE, category_id="forces.gate", name="南门卡口", heads={"early": 2},
        active_from=clock.local_day(now), stated_at=now, latitude=29.285, longitude=106.252,
    )  # fmt: skip
    assert actions.make_day(SYSTEM, span(SOUTH_GATE), clock.local_day(now), now) == 1
    category = Category.objects.create(
        key="food", kind="hotline.request", name="买菜买药", name_en="Food", assign_s=1, close_s=9, climb_s=9
    )
    asked = log(SYSTEM, Wanted(incident.pk, category.pk, SOUTH_GATE, "家里没有药了", "phone"), now)
    desk = Actor(None, "", "test", everything=True)
    assert list(queue(desk, span(SOUTH_GATE))) == [asked]
    page = sign_in("community", SOUTH_GATE).get(f"/areas/{SOUTH_GATE}").content.decode()
    assert "买菜买药" in page and "卡口值守" not in page
