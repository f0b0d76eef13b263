"""Testing in a browser, in Chinese: a courier's box, the bench, a positive pool, a resident's result."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PHONE, Served

pytestmark = pytest.mark.browser

_ROUND = "(SELECT id FROM testing_round ORDER BY starts_at DESC LIMIT 1)"
# What two phones of one point handed in: a tube with two people of the register, and its sealed box.
_TUBE = f"""
    INSERT INTO testing_tube (id, incident_id, round_id, point_id, code, address, people, kind, again, opened_at,
        closed_at, shift_ms, device_id, stored_at, verdict, remark)
    SELECT gen_random_uuid(), round.incident_id, round.id, point.id, %s, point.address, 2, 'throat', false,
        now() - interval '50 minutes', now() - interval '45 minutes', 0, gen_random_uuid(), now(), '', ''
    FROM testing_round AS round
    JOIN LATERAL (SELECT * FROM testing_point WHERE round_id = round.id ORDER BY address LIMIT 1) AS point ON true
    WHERE round.id = {_ROUND} RETURNING id
"""
_SAMPLES = """
    INSERT INTO testing_sample (tube_id, seat, round_id, person_id, address, taken_at, receipt, extra)
    SELECT tube.id, row_number() OVER (ORDER BY person.id), tube.round_id, person.id, person.address, tube.closed_at,
        'WXY' || chr(64 + row_number() OVER (ORDER BY person.id)::int), true
    FROM testing_tube AS tube
    JOIN LATERAL (SELECT id, address FROM kernel_person WHERE address >= tube.address
                  ORDER BY address, room, id LIMIT 2) AS person ON true
    WHERE tube.code = %s
"""
_BOX = """
    INSERT INTO testing_box (id, incident_id, round_id, point_id, code, seal, address, tubes, packed_at, shift_ms,
        device_id, bound_for_id, missing, surplus)
    SELECT gen_random_uuid(), incident_id, round_id, point_id, %s, %s, address, 1, now() - interval '40 minutes', 0,
        device_id, (SELECT id FROM testing_laboratory WHERE mobile), 0, 0
    FROM testing_tube WHERE code = %s RETURNING id
"""
_PACKED = """
    INSERT INTO testing_packed (box_id, code, place, address, surplus)
    SELECT id, %s, 0, address, false FROM testing_box WHERE seal = %s
"""


@dataclass(frozen=True)
class Sent:
    """One tube in one sealed box."""

    tube: str
    seal: str


def sent(served: Served) -> Sent:
    """A box as the phones handed it in, bound for the mobile laboratory."""
    made = Sent("TBROWSER1", "SBROWSER1")
    served.sql(_TUBE, made.tube)
    served.sql(_SAMPLES, made.tube)
    served.sql(_BOX, "BBROWSER1", made.seal, made.tube)
    served.sql(_PACKED, made.tube, made.seal)
    return made


def test_a_positive_pool_goes_from_the_courier_to_isolation_tasks_and_its_people_know(
    served: Served, open_page: Callable[..., Page]
) -> None:
    box = sent(served)
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

    desk = open_page("testing", DESK)
    desk.goto("/testing/recalls")
    recalled = desk.locator("tr", has_text=box.tube)
    expect(recalled).to_have_count(2)
    recalled.first.get_by_role("link", name="待派").click()
    expect(desk.locator("main")).to_contain_text("立即单人隔离")

    resident = open_page("", PHONE)
    resident.goto("/testing/result")
    resident.locator("#tube").fill(box.tube.lower())
    resident.locator("#receipt").fill("zzzz")
    resident.get_by_role("button", name="查看", exact=True).click()
    expect(resident.get_by_role("alert")).to_contain_text("没有找到对应的样本")
    resident.locator("#receipt").fill("wxya")
    resident.get_by_role("button", name="查看", exact=True).click()
    expect(resident.locator("main")).to_contain_text("并不代表您本人阳性")


def _upload(page: Page, rows: list[list[str]]) -> None:
    content = "\n".join(",".join(row) for row in rows).encode()
    page.locator("#file").set_input_files({"name": "结果.csv", "mimeType": "text/csv", "buffer": content})
    page.get_by_role("button", name="录入结果").click()
