"""The forces' desk in a browser: the day is made, planned, approved and reinforced; a community sees who comes."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from gridward.kernel import clock
from tests.browser.conftest import DESK, PHONE, answered

pytestmark = pytest.mark.browser
DISTRICT = "5001160000000000000"
MORE = 4
"""People that a community suddenly needs."""


def tomorrow() -> str:
    return (clock.local_day(clock.now()) + timedelta(days=1)).isoformat()


def confirmed(page: Any, name: str) -> None:
    """Press a button that asks first, say yes in its dialog, and wait until it is answered: what it did is written."""
    page.get_by_role("button", name=re.compile(name)).first.click()
    with answered(page):
        page.locator("dialog[open] .btn-danger, dialog[open] .btn-primary").first.click()


def fits(page: Any, width: int) -> bool:
    return page.evaluate("document.documentElement.scrollWidth") <= width


def suddenly_more(served: Any, open_page: Any, day: str, size: dict[str, int]) -> int:
    """After the roster is out, a community needs more: its posts are short, while others have people to spare."""
    [(place,)] = served.sql("SELECT address FROM kernel_grant WHERE role = 'forces.community' LIMIT 1")
    holder = open_page("posts", size)
    holder.goto(f"/forces/posts?area={place:019d}&day={day}")
    holder.fill("#name", f"隔离楼栋值守{size['width']}")
    holder.fill("#new-early", str(MORE))
    holder.get_by_role("button", name=re.compile("^申报$")).click()
    holder.goto(f"/forces/posts?area={place:019d}&day={day}")
    holder.get_by_role("button", name=re.compile("生成 .* 的班次")).click()
    expect(holder.locator(".fd-sum .lacks")).to_be_visible()
    assert fits(holder, size["width"])
    return int(place)


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_the_desk_plans_looks_approves_and_reinforces(served: Any, open_page: Any, size: dict[str, int]) -> None:
    day = tomorrow()
    desk = open_page("forces", size)
    desk.goto(f"/forces/posts?area={DISTRICT}&day={day}")
    desk.get_by_role("button", name=re.compile("生成 .* 的班次")).click()
    expect(desk.locator("#gaps")).to_contain_text("需要人数")
    assert fits(desk, size["width"])

    desk.goto(f"/forces/rosters?area={DISTRICT}&day={day}")
    desk.get_by_role("button", name=re.compile("^ ?编排")).click()
    desk.wait_for_url(re.compile(r"/forces/rosters/[0-9a-f-]{36}$"), timeout=120_000)
    expect(desk.locator("h1")).to_contain_text("排班方案")
    expect(desk.locator(".fd-sum")).to_contain_text("满足率")
    assert fits(desk, size["width"])
    before = served.sql("SELECT count(*) FROM kernel_assignment WHERE plan_id IS NOT NULL")
    confirmed(desk, "全部批准")
    expect(desk.locator("body")).to_contain_text("已批准")
    after = served.sql("SELECT count(*) FROM kernel_assignment WHERE plan_id IS NOT NULL")
    assert size is PHONE or after > before, "the second time the day is full already"
    assert served.sql("SELECT count(*) > 0 FROM kernel_entry WHERE verb = 'forces.roster_approved'") == [(True,)]

    place = suddenly_more(served, open_page, day, size)
    desk.goto(f"/forces/reinforcements?area={DISTRICT}&day={day}")
    expect(desk.locator("body")).to_contain_text("可抽调下沉干部")
    assert fits(desk, size["width"])
    desk.get_by_role("button", name=re.compile("编制驰援方案")).click()
    desk.wait_for_url(re.compile(r"/forces/reinforcements/[0-9a-f-]{36}$"))
    expect(desk.locator("h1")).to_contain_text("驰援")
    assert fits(desk, size["width"])
    plan = desk.url.rsplit("/", 1)[1]
    confirmed(desk, "派出")
    expect(desk.locator(".head .tools")).to_contain_text("已批准")
    moved = served.sql(
        "SELECT count(*), bool_and(came_from <> address) FROM forces_support WHERE plan_id = %s AND address = %s",
        plan, place,
    )  # fmt: skip
    assert moved == [(MORE, True)]
    [(stand,)] = served.sql(
        "SELECT count(*) FROM forces_support support JOIN forces_volunteer one ON one.id = support.volunteer_id "
        "JOIN kernel_assignment sent ON sent.resource_id = one.resource_id AND sent.state = 'offered' "
        "JOIN forces_postshift shift ON shift.need_id = sent.need_id AND shift.day = %s AND shift.address = %s "
        "WHERE support.plan_id = %s",
        day, place, plan,
    )  # fmt: skip
    assert 0 < stand <= MORE, "whose hours or rest allow it stands there the same day"
    desk.goto(f"/forces/reinforcements?area={DISTRICT}&day={day}")
    desk.get_by_role("button", name=re.compile("结束支援")).first.wait_for()
    assert fits(desk, size["width"])


def test_a_community_sees_who_comes_and_opens_the_place_of_who_does_not(served: Any, open_page: Any) -> None:
    # Tomorrow's shifts are on the roster: nobody has come to them yet.
    [(place,)] = served.sql("SELECT address FROM kernel_grant WHERE role = 'forces.community' LIMIT 1")
    holder = open_page("posts", PHONE)
    holder.goto(f"/forces/rosters/day?area={place:019d}&day={tomorrow()}")
    someone = holder.locator("input[name=absent]").first
    expect(someone).to_be_visible()
    gone = someone.get_attribute("value")
    someone.check()
    holder.get_by_role("button", name=re.compile("只空出岗位")).click()
    expect(holder.locator("body")).to_contain_text("重新空出")
    [(state, why)] = served.sql("SELECT state, end_reason FROM kernel_assignment WHERE id = %s", gone)
    assert (state, why) == ("released", "absent")
    assert fits(holder, PHONE["width"])
    holder.goto("/forces/rosters")
    expect(holder.locator("body")).not_to_contain_text("全部批准")


def test_lacks_are_stated_matched_and_received(served: Any, open_page: Any) -> None:
    holder = open_page("posts", PHONE)
    holder.goto("/forces/lacks")
    holder.select_option("#lack-field", "testing")
    holder.fill("#lack-item", "防护服")
    holder.fill("#lack-quantity", "20")
    holder.fill("#lack-unit", "套")
    holder.get_by_role("button", name=re.compile("^申报$")).click()
    expect(holder.locator("#lack-rows")).to_contain_text("防护服")

    supplier = open_page("supplier", DESK)
    supplier.goto("/forces/lacks")
    supplier.select_option("#supply-field", "testing")
    supplier.fill("#supply-item", "防护服")
    supplier.fill("#supply-quantity", "500")
    supplier.fill("#supply-unit", "套")
    supplier.get_by_role("button", name=re.compile("^登记$")).click()
    expect(supplier.locator("aside")).to_contain_text("防护服")

    desk = open_page("forces", DESK)
    desk.goto("/forces/lacks")
    desk.get_by_role("button", name=re.compile("匹配")).click()
    expect(desk.locator("#lack-rows")).to_contain_text("配送中")

    holder.goto("/forces/lacks")
    holder.locator("input[name=words][required]").first.fill("社区仓库，王芳签收")
    holder.get_by_role("button", name=re.compile("确认签收")).first.click()
    expect(holder.locator("body")).not_to_contain_text("配送中")
    assert served.sql("SELECT sum(received) > 0 FROM forces_lack") == [(True,)]
    assert fits(holder, PHONE["width"])
