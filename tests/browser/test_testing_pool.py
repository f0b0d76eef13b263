"""Testing in a browser, in Chinese: from the scan at the table to the bench, a positive pool, a resident's result."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PHONE, Served
from tests.browser.phones import enrol, shot

pytestmark = pytest.mark.browser

_SETTING = """
import json
from datetime import timedelta
from gridward.kernel import clock
from gridward.kernel.access.models import Grant
from gridward.kernel.access.scope import act_as_house
from gridward.kernel.incidents.queries import required
from gridward.kernel.people.models import Person
from gridward.lines.testing.models import Point, Round
act_as_house()
now = clock.now()
place = Grant.objects.get(user__username="sampler").address
hours = {"starts_at": now - timedelta(hours=1), "ends_at": now + timedelta(hours=9)}
Round.objects.filter(closed_at=None).update(closed_at=now)
made = Round.objects.create(incident=required(), rule_id="everybody", address=place, number=97, pool_size=10, people=50,
                            opened_at=now, **hours)
Point.objects.create(round=made, address=place, number=1, name="社区广场采样点", people=50, tables=1, samplers=1,
                     opens_at=hours["starts_at"], closes_at=hours["ends_at"])
here = Person.objects.filter(address__gte=place, address__lt=place + 10**7).order_by("address", "room", "id")
print(json.dumps(sorted({one.room for one in here[:60]})[:2]))
"""


@dataclass(frozen=True)
class Sent:
    """One tube in one sealed box, and what the last of its people noted."""

    tube: str
    seal: str
    receipt: str


def sent(served: Served, phone: Callable[..., Page]) -> Sent:
    """A sampler without network closes a tube of two people, packs it, gives it to a courier, and is back on it."""
    rooms = json.loads(served.run(_SETTING))
    page = phone("sampler")
    enrol(page, "sampler")
    page.context.set_offline(True)
    page.get_by_role("button", name="采样").click()
    page.get_by_label("试管条码").fill("TBROWSER1")
    page.get_by_role("button", name="开管").click()
    for count, room in enumerate(rooms, 1):
        page.get_by_label("扫码，或输入姓名").fill(room)
        page.locator(".found .second").first.click()
        page.get_by_text(f"{count} / 10 人").wait_for()
    receipt = page.locator("strong.receipt").inner_text()
    assert re.fullmatch("[2-9A-HJ-NP-Z]{4}", receipt)
    others = page.locator(".people .receipt").all_inner_texts()
    assert len(set(others)) == 2 and others[-1] == receipt
    shot(page, "receipt")
    page.get_by_role("button", name="封管保存").click()
    page.get_by_text("本机今天封 1 管、2 人").wait_for()
    page.get_by_role("button", name="返回").click()
    page.get_by_role("button", name="装箱交接").click()
    page.get_by_role("button", name="装一箱").click()
    page.get_by_label("箱码").fill("BBROWSER1")
    page.get_by_label("封签号").fill("SBROWSER1")
    page.get_by_role("button", name="封箱保存").click()
    page.locator(".card", has_text="BBROWSER1").get_by_role("button", name="交给转运员").click()
    page.get_by_role("button", name="完好，已交接").click()
    page.context.set_offline(False)
    expect(page.locator("#state")).to_contain_text("全部已上传", timeout=60_000)
    return Sent("TBROWSER1", "SBROWSER1", receipt)


def test_a_positive_pool_goes_from_the_scan_to_isolation_tasks_and_its_people_know(
    served: Served, phone: Callable[..., Page], open_page: Callable[..., Page]
) -> None:
    box = sent(served, phone)
    desk = open_page("testing", DESK)
    desk.goto("/testing/boxes")
    desk.get_by_role("button", name=re.compile("按建议")).click()
    courier = open_page("courier-samples", PHONE)
    expect(courier.locator("h1")).to_have_text("我的转运箱")
    held = courier.locator(".ts-box", has_text=box.seal)
    held.get_by_role("button", name="已接箱，封签完好").click()
    expect(courier.locator("#courier")).to_contain_text("在我手上")

    bench = open_page("laboratory", DESK)
    expect(bench.locator("h1")).to_contain_text("方舱实验室")
    bench.locator("#seal").fill(box.seal)
    bench.locator("#codes").fill(f"{box.tube}\nTBROWSER9")
    bench.get_by_role("button", name="接收此箱").click()
    expect(bench.get_by_text("清点不符")).to_contain_text("多管：TBROWSER9")
    bench.locator("#plate-code").fill("BROWSER1")
    bench.locator("#plate-codes").fill(box.tube)
    bench.get_by_role("button", name="确认布板").click()
    bench.get_by_role("link", name=re.compile("板 BROWSER1")).click()
    rows = [["孔位", "样本", "靶标", "Ct"], ["A1", box.tube, "ORF1ab", "27.1"], ["A1", box.tube, "N", "坏"]]
    _upload(bench, rows)
    expect(bench.locator(".said.is-bad")).to_contain_text("第 3 行")
    _upload(bench, [*rows[:2], ["A1", box.tube, "N", "28.3"]])
    expect(bench.get_by_text("已召回 2 人")).to_be_visible()

    desk.goto("/testing/recalls")
    recalled = desk.locator("tr", has_text=box.tube)
    expect(recalled).to_have_count(2)
    recalled.first.get_by_role("link", name="待派").click()
    expect(desk.locator("main")).to_contain_text("立即单人隔离")

    resident = open_page("", PHONE)
    resident.goto("/testing/result")
    resident.locator("#tube").fill(box.tube.lower())
    resident.locator("#receipt").fill("0000")
    resident.get_by_role("button", name="查看", exact=True).click()
    expect(resident.get_by_role("alert")).to_contain_text("没有找到对应的样本")
    resident.locator("#receipt").fill(box.receipt.lower())
    resident.get_by_role("button", name="查看", exact=True).click()
    expect(resident.locator("main")).to_contain_text("并不代表您本人阳性")


def _upload(page: Page, rows: list[list[str]]) -> None:
    content = "\n".join(",".join(row) for row in rows).encode()
    page.locator("#file").set_input_files({"name": "结果.csv", "mimeType": "text/csv", "buffer": content})
    page.get_by_role("button", name="录入结果").click()
