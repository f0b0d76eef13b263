"""A volunteer's way, in Chinese, on a phone and at a desk: from the poster to a certificate that anyone can check."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from gridward.kernel import clock
from tests.browser.conftest import DESK, PHONE, answered

pytestmark = pytest.mark.browser
NAME = "陈志远"


def no_wider_than_the_screen(page: Page, size: dict[str, int]) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]


def sign_up(open_page: Any, name: str, phone_number: str, size: dict[str, int], place: str) -> Page:
    """From the desk's poster to a personal page; somebody too young is told so first."""
    desk = open_page("volunteers", DESK)
    desk.goto("/forces/join/poster")
    phone = open_page(size=size)
    phone.goto(desk.locator(".link").inner_text())
    phone.fill("#id-name", name)
    phone.fill("#id-phone", phone_number)
    phone.locator("#id-address").select_option(place)
    phone.fill("#id-born_on", "2015-01-01")
    phone.locator("label", has_text="信息登记").click()
    phone.get_by_role("button", name="报名").click()
    expect(phone.locator("[role=alert]")).to_contain_text("16 至 65 岁")
    phone.fill("#id-born_on", "1990-03-07")
    phone.get_by_role("button", name="报名").click()
    phone.wait_for_url(re.compile("/forces/me/"))
    expect(phone.locator("body")).to_contain_text("等待志愿者专班审核")
    no_wider_than_the_screen(phone, size)
    return phone


def admit(open_page: Any, name: str, size: dict[str, int]) -> str:
    """The desk checks who it is and takes them on. Returns the badge."""
    desk = open_page("volunteers", size)
    desk.goto("/forces/volunteers")
    desk.locator(".fp-list a", has_text=name).click()
    expect(desk.locator("body")).to_contain_text("暂不能录用")
    desk.get_by_role("button", name="身份已核验").click()
    expect(desk.locator("body")).not_to_contain_text("暂不能录用")
    desk.get_by_role("button", name="录用").click()
    expect(desk.locator(".head")).to_contain_text("在册")
    desk.locator("summary", has_text="修改档案").click()
    desk.fill("#trained_on", clock.local_day(clock.now()).isoformat())
    desk.fill("#insured_until", "2099-01-01")
    desk.get_by_role("button", name="保存").click()
    expect(desk.locator(".story")).to_contain_text("录用了志愿者")
    no_wider_than_the_screen(desk, size)
    return desk.locator(".head .fp-badge").inner_text()


@dataclass(frozen=True)
class Soon:
    """A shift of the day that begins in forty minutes, whatever the clock says; and the day it belongs to."""

    key: str
    name: str
    day: str
    start_min: int

    @staticmethod
    def named(name: str) -> Soon:
        """One of a name of its own, so that nobody of the drill has said that they can take it."""
        begins = clock.now().astimezone(clock.zone()) + timedelta(minutes=40)
        return Soon(f"soon{name}", f"临时班{name}", begins.date().isoformat(), begins.hour * 60 + begins.minute)


def configure(open_page: Any, soon: Soon) -> None:
    """The administrator adds the shift to those of the day."""
    admin = open_page("admin", DESK)
    admin.goto("/admin/forces/shifttime/add/")
    for name, value in (("key", soon.key), ("name", soon.name), ("name_en", soon.name)):
        admin.fill(f"#id_{name}", value)
    admin.fill("#id_start_min", str(soon.start_min))
    admin.fill("#id_end_min", str(soon.start_min + 7 * 60))
    admin.locator("input[name=_save]").click()
    expect(admin.locator("#result_list")).to_contain_text(soon.name)


def state_a_post(open_page: Any, soon: Soon, size: dict[str, int], place: str) -> str:
    """The community states a post with one head on that shift, and makes the day's shifts. Returns the post's id."""
    holder = open_page("posts", size)
    holder.goto(f"/forces/posts?area={place}&day={soon.day}")
    holder.fill("#name", f"{soon.name}卡口")
    holder.fill(f"#new-{soon.key}", "1")
    holder.get_by_role("button", name=re.compile("^申报$")).click()
    holder.goto(f"/forces/posts?area={place}&day={soon.day}")
    holder.get_by_role("button", name=re.compile("生成 .* 的班次")).click()
    expect(holder.locator("#gaps")).to_contain_text("需要人数")
    no_wider_than_the_screen(holder, size)
    form = holder.locator("#standing form", has_text=f"{soon.name}卡口")
    return str(form.get_attribute("action")).split("/")[-2]


def plan(open_page: Any, soon: Soon, size: dict[str, int], place: str) -> None:
    """The desk plans the community's day and approves it."""
    desk = open_page("forces", size)
    desk.goto(f"/forces/rosters?area={place}&day={soon.day}")
    desk.get_by_role("button", name=re.compile("^ ?编排")).click()
    desk.wait_for_url(re.compile(r"/forces/rosters/[0-9a-f-]{36}$"), timeout=120_000)
    no_wider_than_the_screen(desk, size)
    desk.get_by_role("button", name=re.compile("全部批准")).first.click()
    desk.locator("dialog[open] .btn-danger, dialog[open] .btn-primary").first.click()
    expect(desk.locator("body")).to_contain_text("已批准")


def swap(giver: Page, taker: Page, badge: str, size: dict[str, int]) -> None:
    """One offers the shift to the other, who takes it; pressed again, there is nothing left to take."""
    giver.reload()
    giver.get_by_role("link", name="换班").click()
    giver.locator("input[name=badge]").first.fill(badge)
    with answered(giver):
        giver.get_by_role("button", name="换出").click()
    no_wider_than_the_screen(giver, size)
    taker.reload()
    taker.goto(f"{taker.url.partition('?')[0]}/swaps")
    taker.get_by_role("button", name="我来接").click()
    with answered(taker):
        taker.locator("dialog[open] .btn-danger, dialog[open] .btn-primary").first.click()
    expect(taker.get_by_role("button", name="我来接")).to_have_count(0)
    no_wider_than_the_screen(taker, size)
    giver.goto(giver.url.removesuffix("/swaps"))
    expect(giver.locator("#shifts li")).to_have_count(0)


def hours_pass(served: Any, badge: str) -> None:
    """Six hours and thirteen minutes later: the check-in and the shift lie that far back, as nobody waits for them."""
    served.sql(
        "UPDATE forces_mark SET at = at - interval '6 hours 13 minutes' WHERE direction = 'in' AND "
        "volunteer_id = (SELECT id FROM forces_volunteer WHERE badge = %s)",
        badge,
    )
    served.sql(
        "UPDATE forces_postshift SET starts_at = starts_at - interval '6 hours 13 minutes', "
        "ends_at = ends_at - interval '6 hours 13 minutes' WHERE need_id IN "
        "(SELECT sent.need_id FROM kernel_assignment sent JOIN forces_volunteer one "
        "ON one.resource_id = sent.resource_id WHERE badge = %s)",
        badge,
    )


def press_offline(phone: Page, link: str, button: str, said: str, size: dict[str, int]) -> None:
    """Scan the poster and press, without a network; it is kept, and sent once there is one again."""
    network: BrowserContext = phone.context
    network.set_offline(True)
    phone.goto(link)
    phone.get_by_role("button", name=button).click()
    expect(phone.locator("#attendance-waiting")).to_have_text("1 条待上传")
    no_wider_than_the_screen(phone, size)
    phone.reload()
    expect(phone.locator("#attendance-waiting")).to_have_text("1 条待上传")
    network.set_offline(False)
    expect(phone.locator("#attendance-said")).to_have_text(said)
    expect(phone.locator("#attendance-waiting")).to_have_text("已全部上传")


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["390", "1440"])
def test_from_the_poster_to_a_certificate_that_verifies_offline(
    served: Any, open_page: Any, size: dict[str, int]
) -> None:
    [(address,)] = served.sql("SELECT address FROM kernel_grant WHERE role = 'forces.community' LIMIT 1")
    place, soon = f"{address:019d}", Soon.named(f"b{size['width']}")
    configure(open_page, soon)
    name, other = f"{NAME}{size['width']}", f"周文静{size['width']}"
    giver = sign_up(open_page, other, f"1390000{size['width']:04d}", size, place)
    admit(open_page, other, size)
    post = state_a_post(open_page, soon, size, place)
    plan(open_page, soon, size, place)
    giver.reload()
    expect(giver.locator("#shifts li")).to_contain_text([f"{soon.name}卡口"])

    phone = sign_up(open_page, name, f"1380000{size['width']:04d}", size, place)
    mine = phone.url.partition("?")[0]
    badge = admit(open_page, name, size)
    swap(giver, phone, badge, size)
    phone.goto(mine)
    expect(phone.locator("#shifts li")).to_contain_text([f"{soon.name}卡口"])
    phone.evaluate("navigator.serviceWorker.ready.then(() => true)")
    phone.reload()
    no_wider_than_the_screen(phone, size)

    desk = open_page("forces", DESK)
    desk.goto(f"/forces/posts/{post}/poster")
    link = desk.locator(".link").inner_text()
    press_offline(phone, link, "签到", "签到成功，感谢您到岗。", size)
    hours_pass(served, badge)
    press_offline(phone, link, "签退", "签退成功，辛苦了。", size)
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
    verify(open_page, code_in(downloading.value.path().read_bytes()), name, size)


def code_in(pdf: bytes) -> str:
    """The code a certificate's file carries among its keywords."""
    parts = re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL)
    opened = b"".join(zlib.decompressobj().decompress(part) for part in parts if part[:1] == b"\x78")
    found = re.search(rb"/Keywords\s*\(([\w.-]+)\)", opened)
    assert found is not None
    return found[1].decode()


def verify(open_page: Any, code: str, name: str, size: dict[str, int]) -> None:
    """Somebody else checks it on their own screen: with, then without a network; a changed one fails."""
    reader = open_page(size=size)
    reader.goto(f"/forces/certificates#{code}")
    expect(reader.locator("#genuine")).to_be_visible()
    expect(reader.locator("#said")).to_contain_text(name)
    expect(reader.locator("#said")).to_contain_text("6.2")
    no_wider_than_the_screen(reader, size)
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
