"""The field app on a phone without network, for real: the browser is cut off, closed, opened again, and let go."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.conftest import Served
from tests.browser.phones import enrol, shot, unlock

pytestmark = pytest.mark.browser
# One account that may do all of it, and something of everything to do.
_SETTING = """
import json
from datetime import timedelta
from gridward.kernel import clock
from gridward.kernel.access.actor import SYSTEM
from gridward.kernel.access.models import Grant, User
from gridward.kernel.access.scope import act_as_house
from gridward.kernel.areas.models import Area
from gridward.kernel.incidents.queries import required
from gridward.kernel.needs.actions import Wanted, log
from gridward.kernel.people.models import Person
from gridward.kernel.resources.models import CrewMember, Resource
from gridward.kernel.assignments.actions import assign
from gridward.lines.testing.actions.setting_up import load_configuration
from gridward.lines.testing.models import Point, Round
act_as_house()
now = clock.now()
user = User.objects.get(username="community")
place = Grant.objects.get(user=user, role="community").address
load_configuration(SYSTEM, now)
for role in ("testing.sampler", "crew"):
    Grant.objects.get_or_create(user=user, role=role, address=place, incident=None)
incident = required()
hours = {"starts_at": now - timedelta(hours=1), "ends_at": now + timedelta(hours=9)}
# The drill's own round covers this community too, and of two rounds a phone follows the later one.
Round.objects.filter(closed_at=None).update(closed_at=now)
made = Round.objects.create(incident=incident, rule_id="everybody", address=place, number=99, pool_size=10, people=50,
                            opened_at=now, **hours)
point = Point.objects.create(round=made, address=place, number=1, name="社区广场采样点", people=50, tables=1,
                             samplers=1, opens_at=hours["starts_at"], closes_at=hours["ends_at"])
car = Resource.objects.create(kind="hotline.community_worker", name="小区配送员", address=place, exclusive=False)
CrewMember.objects.create(resource=car, user=user)
need = log(SYSTEM, Wanted(incident.pk, "food", place, "老人独自在家，米和药都快没有了", "phone", caller_name="王秀英",
                          caller_phone="13900001234"), now)
task = assign(SYSTEM, need.pk, car.pk, now)
here = Person.objects.filter(address__gte=place, address__lt=place + 10**7)
people = list(here.order_by("address", "room", "id")[:60])
print(json.dumps({"place": place, "round": str(made.pk), "task": str(task.pk), "need": str(need.pk),
                  "code": need.tracking_code, "rooms": [one.room for one in people],
                  "people": [str(one.pk) for one in people]}))
"""


@pytest.fixture(scope="session")
def setting(served: Served) -> dict[str, Any]:
    """A round of testing, a task and an account for both."""
    return dict(json.loads(served.run(_SETTING)))


def close_tube(page: Page, code: str, rooms: list[str], names: list[str]) -> None:
    """Open a tube, put people of the list and newcomers into it, close it."""
    page.get_by_label("试管条码").fill(code)
    page.get_by_role("button", name="开管").click()
    count = 0
    for room in rooms:
        page.get_by_label("扫码，或输入姓名").fill(room)
        page.locator(".found .second").first.click()
        count += 1
        page.get_by_text(f"{count} / 10 人").wait_for()
    for name in names:
        page.get_by_role("button", name="不在清单").click()
        page.get_by_label("姓名", exact=True).fill(name)
        page.get_by_role("button", name="加入本管").click()
        count += 1
        page.get_by_text(f"{count} / 10 人").wait_for()
    shot(page, f"tube-{code}")
    page.get_by_role("button", name="封管保存").click()
    page.get_by_text("已保存在本机").wait_for()


def test_a_morning_without_network_arrives_once(
    served: Served, setting: dict[str, Any], phone: Callable[..., Page], tmp_path: Path
):
    picture = tmp_path / "door.jpg"
    Image.effect_noise((2400, 1800), 60).convert("RGB").save(picture, "JPEG")
    page = phone()
    enrol(page)
    shot(page, "home")
    page.context.set_offline(True)
    unlock(page)
    listed = sorted(set(setting["rooms"]))[:5]
    page.get_by_role("button", name="采样").click()
    close_tube(page, "TUBE-0001", listed, [f"访客{at}" for at in range(10 - len(listed))])
    for tube in range(2, 5):
        close_tube(page, f"TUBE-000{tube}", [], [f"访客{tube}{at}" for at in range(10)])
    page.get_by_text("本机今天封 4 管、40 人").wait_for()
    page.get_by_role("button", name="返回").click()
    visit(page)
    deliver(page, picture)
    page.get_by_text("离线 · 6 条待上传").wait_for()
    shot(page, "offline")
    # Switched off, and on again, still without network.
    page = phone(offline=True)
    unlock(page)
    expect(page.get_by_text("6 条待上传")).to_be_visible(timeout=30_000)
    page.context.set_offline(False)
    expect(page.get_by_text("全部已上传")).to_be_visible(timeout=60_000)
    shot(page, "sent")
    everything_arrived_once(served, setting)
    the_resident_sees_it(page, setting)
    two_phones_one_tube(page, served, setting, phone)


def visit(page: Page) -> None:
    page.get_by_role("button", name="入户走访").click()
    page.get_by_role("group", name="是否见到人").get_by_role("button", name="是").click()
    page.get_by_label("在家人数").fill("3")
    shot(page, "visit")
    page.get_by_role("button", name="保存").click()
    page.get_by_text("已保存在本机").wait_for()
    page.get_by_role("button", name="返回").click()


def deliver(page: Page, picture: Path) -> None:
    page.get_by_role("button", name="任务和送达").click()
    page.get_by_text("王秀英").wait_for()
    shot(page, "tasks")
    page.get_by_role("button", name="办结").click()
    page.get_by_label("送达或办结情况").fill("米和药送到门口，老人已收到")
    page.get_by_label("拍照").set_input_files(picture)
    page.get_by_text("照片已加上").wait_for()
    shot(page, "delivered")
    page.get_by_role("button", name="保存", exact=True).click()
    page.get_by_text("现在没有派给您的任务").wait_for()
    page.get_by_role("button", name="返回").click()


def everything_arrived_once(served: Served, setting: dict[str, Any]) -> None:
    tubes = served.sql("SELECT people FROM testing_tube WHERE round_id = %s", setting["round"])
    assert tubes == [(10,)] * 4
    samples = served.sql("SELECT count(*) FROM testing_sample WHERE round_id = %s", setting["round"])
    assert samples == [(40,)]
    kinds = served.sql("SELECT type, outcome, count(*) FROM kernel_record GROUP BY 1, 2 ORDER BY 1")
    assert kinds == [("field.form", "stored", 1), ("hotline.progress", "stored", 1), ("testing.tube", "stored", 4)]
    assert served.sql("SELECT state FROM kernel_need WHERE id = %s", setting["need"]) == [("served",)]
    assert served.sql("SELECT max(watermark) FROM kernel_device") == [(6,)]


def the_resident_sees_it(page: Page, setting: dict[str, Any]) -> None:
    """Whoever asked opens the request by its code: the words and the photo from the door."""
    page.goto(f"/hotline/ask/{setting['code']}")
    expect(page.get_by_text("米和药送到门口，老人已收到")).to_have_count(1)
    shown = page.locator("img.proof")
    expect(shown).to_be_visible()
    assert shown.evaluate("(image) => [image.naturalWidth, image.naturalHeight]") == [1280, 960]
    unlock(page)


def two_phones_one_tube(page: Page, served: Served, setting: dict[str, Any], phone: Callable[..., Page]) -> None:
    """A second phone binds a tube of the first: told to its holder, and a task for the office."""
    other = phone("other")
    enrol(other)
    other.get_by_role("button", name="采样").click()
    close_tube(other, "TUBE-0001", [], ["另一位"])
    other.get_by_role("button", name="返回").click()
    other.get_by_role("button", name="需要处理").click()
    other.get_by_text("TUBE-0001").wait_for()
    shot(other, "returned")
    other.goto("/sync/conflicts/")
    other.get_by_text("TUBE-0001").first.wait_for()
    shot(other, "conflicts")
    other.get_by_label("处置意见").first.fill("已电话核实，改绑为 TUBE-0009")
    other.get_by_role("button", name="处置").first.click()
    other.get_by_text("已处置").wait_for()
    assert ("conflict",) in served.sql("SELECT outcome FROM kernel_record WHERE settled_at IS NOT NULL")


def test_a_lost_phone_hands_in_its_work_sealed_and_forgets(
    served: Served, setting: dict[str, Any], phone: Callable[..., Page]
):
    page = phone("lost")
    enrol(page)
    page.context.set_offline(True)
    page.get_by_role("button", name="入户走访").click()
    page.get_by_role("group", name="是否见到人").get_by_role("button", name="否").click()
    page.get_by_role("button", name="保存").click()
    page.get_by_text("离线 · 1 条待上传").wait_for()
    [(device,)] = served.sql("SELECT id FROM kernel_device ORDER BY enrolled_at DESC NULLS LAST LIMIT 1")
    served.sql("UPDATE kernel_device SET wipe = true, revoked_at = now(), share = '' WHERE id = %s", device)
    # Whoever finds it does not know the PIN: it is not even opened.
    page = phone("lost")
    page.goto("/field/")
    page.get_by_text("本机已挂失，内容已清除。").wait_for(timeout=60_000)
    rows = served.sql("SELECT outcome, reason FROM kernel_record WHERE device_id = %s", device)
    assert rows == [("conflict", "device_lost")]
    deadline = time.monotonic() + 20
    while served.sql("SELECT wiped_at IS NOT NULL FROM kernel_device WHERE id = %s", device) != [(True,)]:
        assert time.monotonic() < deadline, "the phone did not say that it forgot"
        time.sleep(0.3)
    left = page.evaluate("indexedDB.databases().then((all) => all.length)")
    assert left <= 1
