"""A volunteer's way, in Chinese, on a phone and at a desk: from the poster to a certificate that anyone can check."""

from __future__ import annotations

import re
import zlib
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import DESK, PHONE

pytestmark = pytest.mark.browser
NAME = "陈志远"


def no_wider_than_the_screen(page: Page, size: dict[str, int]) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]


def sign_up(open_page: Any) -> Page:
    """From the desk's poster to a personal page."""
    desk = open_page("volunteers", DESK)
    desk.goto("/forces/join/poster")
    phone = open_page(size=PHONE)
    phone.goto(desk.locator(".link").inner_text())
    phone.fill("#id-name", NAME)
    phone.fill("#id-phone", "13900005678")
    phone.locator("#id-address").select_option(index=1)
    phone.fill("#id-born_on", "2015-01-01")
    phone.locator("label", has_text="信息登记").click()
    phone.get_by_role("button", name="报名").click()
    expect(phone.locator("[role=alert]")).to_contain_text("16 至 65 岁")
    phone.fill("#id-born_on", "1990-03-07")
    phone.get_by_role("button", name="报名").click()
    phone.wait_for_url(re.compile("/forces/me/"))
    expect(phone.locator("body")).to_contain_text("等待志愿者专班审核")
    no_wider_than_the_screen(phone, PHONE)
    return phone


def admit(open_page: Any) -> str:
    """The desk checks who it is and takes them on. Returns the badge."""
    desk = open_page("volunteers", DESK)
    desk.goto("/forces/volunteers")
    desk.locator(".fp-list a", has_text=NAME).click()
    expect(desk.locator("body")).to_contain_text("暂不能录用")
    desk.get_by_role("button", name="身份已核验").click()
    expect(desk.locator("body")).not_to_contain_text("暂不能录用")
    desk.get_by_role("button", name="录用").click()
    expect(desk.locator(".head")).to_contain_text("在册")
    desk.locator("summary", has_text="修改档案").click()
    desk.fill("#trained_on", "2022-11-01")
    desk.fill("#insured_until", "2099-01-01")
    desk.get_by_role("button", name="保存").click()
    expect(desk.locator(".story")).to_contain_text("录用了志愿者")
    no_wider_than_the_screen(desk, DESK)
    return desk.locator(".head .fp-badge").inner_text()


def put_on_a_shift(served: Any, badge: str) -> str:
    """Hand them a shift of somebody else's that runs now. Returns its post."""
    [(assignment, post)] = served.sql(
        "SELECT sent.id::text, shift.post_id::text FROM kernel_assignment sent "
        "JOIN forces_postshift shift ON shift.need_id = sent.need_id "
        "WHERE sent.state IN ('offered', 'accepted', 'arrived') ORDER BY shift.starts_at DESC LIMIT 1"
    )
    served.sql(
        "UPDATE forces_postshift SET starts_at = now() - interval '20 minutes', ends_at = now() + interval '7 hours' "
        "WHERE need_id = (SELECT need_id FROM kernel_assignment WHERE id = %s)",
        assignment,
    )
    served.sql(
        "UPDATE kernel_assignment SET state = 'offered', arrived_at = NULL, left_at = NULL, "
        "booked = tstzrange(now() - interval '20 minutes', now() + interval '7 hours'), "
        "resource_id = (SELECT id FROM kernel_resource WHERE name = %s) WHERE id = %s",
        badge,
        assignment,
    )
    return post


def press_offline(phone: Page, link: str, button: str, said: str) -> None:
    """Scan the poster and press, without a network; it is kept, and sent once there is one again."""
    network: BrowserContext = phone.context
    network.set_offline(True)
    phone.goto(link)
    phone.get_by_role("button", name=button).click()
    expect(phone.locator("#attendance-waiting")).to_have_text("1 条待上传")
    no_wider_than_the_screen(phone, PHONE)
    phone.reload()
    expect(phone.locator("#attendance-waiting")).to_have_text("1 条待上传")
    network.set_offline(False)
    expect(phone.locator("#attendance-said")).to_have_text(said)
    expect(phone.locator("#attendance-waiting")).to_have_text("已全部上传")


def test_from_the_poster_to_a_certificate_that_verifies_offline(served: Any, open_page: Any) -> None:
    phone = sign_up(open_page)
    mine = phone.url.partition("?")[0]
    badge = admit(open_page)
    post = put_on_a_shift(served, badge)
    phone.goto(mine)
    expect(phone.locator("#shifts li")).to_have_count(1)
    phone.evaluate("navigator.serviceWorker.ready.then(() => true)")
    phone.reload()
    no_wider_than_the_screen(phone, PHONE)

    desk = open_page("forces", DESK)
    desk.goto(f"/forces/posts/{post}/poster")
    link = desk.locator(".link").inner_text()
    press_offline(phone, link, "签到", "签到成功，感谢您到岗。")
    served.sql(
        "UPDATE forces_mark SET at = at - interval '6 hours 13 minutes' WHERE direction = 'in' AND "
        "volunteer_id = (SELECT id FROM forces_volunteer WHERE badge = %s)",
        badge,
    )
    press_offline(phone, link, "签退", "签退成功，辛苦了。")
    stays = served.sql(
        'SELECT stay."end", sent.state FROM forces_attendance stay JOIN kernel_assignment sent '
        "ON sent.id = stay.assignment_id JOIN forces_volunteer one ON one.id = stay.volunteer_id WHERE badge = %s",
        badge,
    )
    assert stays == [("out", "done")]

    phone.goto(mine)
    expect(phone.locator("#attendance")).to_contain_text("6.2")
    with phone.expect_download() as downloading:
        phone.get_by_role("button", name="志愿服务时长证明").click()
    verify(open_page, code_in(downloading.value.path().read_bytes()))


def code_in(pdf: bytes) -> str:
    """The code a certificate's file carries among its keywords."""
    parts = re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL)
    opened = b"".join(zlib.decompressobj().decompress(part) for part in parts if part[:1] == b"\x78")
    found = re.search(rb"/Keywords\s*\(([\w.-]+)\)", opened)
    assert found is not None
    return found[1].decode()


def verify(open_page: Any, code: str) -> None:
    """Somebody else checks it on their own phone: with, then without a network; a changed one fails."""
    reader = open_page(size=PHONE)
    reader.goto(f"/forces/certificates#{code}")
    expect(reader.locator("#genuine")).to_be_visible()
    expect(reader.locator("#said")).to_contain_text(NAME)
    expect(reader.locator("#said")).to_contain_text("6.2")
    no_wider_than_the_screen(reader, PHONE)
    reader.evaluate("navigator.serviceWorker.ready.then(() => true)")
    reader.reload()
    expect(reader.locator("#genuine")).to_be_visible()
    reader.context.set_offline(True)
    reader.reload()
    expect(reader.locator("#genuine")).to_be_visible()
    reader.fill("#code", code[:30] + ("A" if code[30] != "A" else "B") + code[31:])
    reader.get_by_role("button", name="核验").click()
    expect(reader.locator("#genuine")).to_be_hidden()
    expect(reader.locator("#false")).to_be_visible()


def test_somebody_leaves_and_their_page_is_gone(served: Any, open_page: Any) -> None:
    phone = open_page(size=PHONE)
    phone.goto("/forces/join")
    phone.fill("#id-name", "短暂参加")
    phone.fill("#id-phone", "13900009999")
    phone.locator("#id-address").select_option(index=2)
    phone.fill("#id-born_on", "1988-08-08")
    phone.get_by_role("button", name="报名").click()
    phone.wait_for_url(re.compile("/forces/me/"))
    mine = phone.url.partition("?")[0]
    phone.locator("summary", has_text="我要退出").click()
    phone.get_by_role("button", name="立即退出").click()
    phone.locator("dialog[open]").get_by_role("button", name="立即退出").click()
    expect(phone.locator("body")).to_contain_text("您的信息已全部销毁")
    assert phone.goto(mine).status == 404
    assert phone.evaluate("localStorage.getItem('gridward-me')") is None


def test_a_team_is_founded_filled_and_closed(open_page: Any) -> None:
    desk = open_page("volunteers", DESK)
    desk.goto("/forces/teams")
    desk.get_by_role("link", name="成立队伍").click()
    desk.locator("#kind").select_option("vanguard")
    desk.fill("#name", "演练突击队")
    desk.locator("#address").select_option(index=1)
    desk.get_by_role("button", name="成立队伍").click()
    expect(desk.locator(".head")).to_contain_text("演练突击队")
    no_wider_than_the_screen(desk, DESK)
    desk.locator("summary", has_text="撤销队伍").click()
    desk.fill("#reason", "任务完成")
    desk.get_by_role("button", name="撤销队伍").click()
    desk.locator("dialog[open]").get_by_role("button", name="撤销队伍").click()
    expect(desk.locator(".head")).to_contain_text("已撤销")
    expect(desk.locator(".story")).to_contain_text("撤销了队伍")
