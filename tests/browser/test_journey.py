import re
import time
from io import BytesIO

import pytest
from playwright.sync_api import expect

from gridward.kernel.needs.queries import CATEGORIES_KEPT_S
from tests.browser.conftest import DESK, PHONE

pytestmark = pytest.mark.browser


def photo():
    """A picture of one grey point, as a phone would send a larger one."""
    import struct
    import zlib

    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    picture = BytesIO(b"")
    picture.write(b"\x89PNG\r\n\x1a\n")
    picture.write(chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)))
    picture.write(chunk(b"IDAT", zlib.compress(b"\x00\x80")))
    picture.write(chunk(b"IEND", b""))
    return {"name": "door.png", "mimeType": "image/png", "buffer": picture.getvalue()}


def logged_by_keyboard(page):
    """Take a call with the keyboard alone; returns the tracking code and the seconds it took."""
    began = time.monotonic()
    page.goto("/hotline/desk")
    keys = page.keyboard
    expect(page.locator("#caller_phone")).to_be_focused()
    keys.type("13900000001")
    keys.press("Tab")
    keys.type("陈婆婆")
    page.locator("#place_search").focus()
    keys.type("nmsq")
    expect(page.locator("#places")).to_contain_text("南门社区")
    keys.press("ArrowDown")
    keys.press("Enter")
    expect(page.locator("#place_chosen")).to_be_visible()
    page.locator("#need_words").focus()
    keys.type("老人出院了没有车回家，需要轮椅")
    page.locator("#category").select_option("transport_home")
    page.locator("#need_words").focus()
    keys.press("Control+Enter")
    page.wait_for_url(re.compile("/logged/"))
    code = page.locator(".hl-code").inner_text().replace(" ", "")
    return code, time.monotonic() - began


def test_a_call_is_answered_proven_reopened_climbs_and_is_counted(served, open_page):
    # The promise of this category is shortened, as an officer would in the administration.
    served.sql("UPDATE kernel_category SET assign_s = 8, climb_s = 3600, first_level = 12 WHERE key = 'transport_home'")
    time.sleep(CATEGORIES_KEPT_S)
    agent = open_page("agent", DESK)
    code, took_s = logged_by_keyboard(agent)
    assert took_s < 20

    dispatcher = open_page("dispatcher", DESK)
    [(need_id,)] = served.sql("SELECT id::text FROM kernel_need WHERE tracking_code = %s", code)
    dispatcher.goto(f"/hotline/dispatch?need={need_id}")
    choice = dispatcher.locator("form.hl-choice", has_text="应急保障车").first
    expect(choice).to_contain_text("分钟")
    dispatcher.keyboard.press(choice.locator("kbd").inner_text())
    expect(dispatcher.locator("#panel")).to_contain_text("已派出")

    crew = open_page("crew", PHONE)
    crew.goto("/hotline/tasks")
    crew.locator("a.hl-task", has_text="接送返家").first.click()
    for step in ("接单", "出发", "到"):
        crew.get_by_role("button", name=re.compile(step)).first.click()
    crew.locator("#photo").set_input_files(photo())
    crew.fill("#done-words", "已送到家门口")
    crew.locator("button.hl-next").click()
    expect(crew.locator("a.hl-task", has_text="接送返家")).to_have_count(0)
    assert served.sql("SELECT state FROM kernel_need WHERE id = %s", need_id) == [("served",)]
    assert crew.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]

    resident = open_page(size=PHONE)
    resident.goto(f"/hotline/ask/{code}")
    expect(resident.locator("body")).to_contain_text("已送到家门口")
    expect(resident.locator("img.proof")).to_be_visible()
    resident.locator("summary", has_text="没").first.click()
    resident.fill("#reopen-words", "送错了单元")
    resident.locator("form[action$=reopening] button").click()
    expect(resident.locator("body")).to_contain_text("待派")

    # The real worker climbs it once its deadline has passed: from the town's desk to the district's.
    deadline = time.monotonic() + 60
    while served.sql("SELECT climbs FROM kernel_need WHERE id = %s", need_id)[0][0] < 2:
        assert time.monotonic() < deadline, "the overdue need did not climb"
        time.sleep(1)
    dispatcher.goto(f"/needs/{need_id}")
    expect(dispatcher.locator(".story")).to_contain_text("超时无人受理")
    expect(dispatcher.locator(".story")).to_contain_text("送错了单元")

    headquarters = open_page("hq", DESK)
    deadline = time.monotonic() + 60
    while True:
        headquarters.goto("/bulletin/")
        row = headquarters.locator("tr", has=headquarters.locator("a[href*='hotline.reopened']")).first
        if row.locator("strong").inner_text().strip()[0] != "0":
            break
        assert time.monotonic() < deadline, "the bulletin did not count the reopening"
        time.sleep(2)
    headquarters.locator("a[href*='hotline.reopened']").first.click()
    expect(headquarters.locator("#rows")).to_contain_text("南门社区")


def test_a_change_is_on_the_other_screen_within_two_seconds_and_a_moment(served, open_page):
    board = open_page("dispatcher", DESK)
    board.goto("/hotline/dispatch")
    agent = open_page("agent", DESK)
    code, _ = logged_by_keyboard(agent)
    began = time.monotonic()
    [(need_id,)] = served.sql("SELECT id::text FROM kernel_need WHERE tracking_code = %s", code)
    board.wait_for_selector(f"#queue a[href*='{need_id}']", timeout=6_000)
    assert time.monotonic() - began < 4


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["390", "1440"])
@pytest.mark.parametrize(
    "path",
    ["/", "/map/", "/needs/", "/people/", "/resources/", "/organisations/", "/bulletin/", "/hotline/dispatch"],
)
def test_no_main_page_scrolls_sideways(path, size, open_page):
    page = open_page("hq", size)
    page.goto(path)
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    assert page.locator("h1").first.is_visible()
