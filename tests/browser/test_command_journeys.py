"""Orders down and findings up, as people do them: the headquarters, a community, an inspector, on desks and phones."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESK, PHONE
from tests.browser.test_journey import photo

pytestmark = pytest.mark.browser
expect.set_options(timeout=20_000)
SIZES = pytest.mark.parametrize("size", [PHONE, DESK], ids=["390", "1440"])


def fits(page, size):
    """No page scrolls sideways."""
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]


@SIZES
def test_headquarters_sends_and_the_community_sees_does_and_proves(size, served, open_page):
    title = f"夜间消杀专项行动{size['width']}"
    community = open_page("community", size)
    community.set_default_timeout(30_000)
    community.goto("/needs/")
    headquarters = open_page("hq", size)
    headquarters.goto("/command/directives/new")
    fits(headquarters, size)
    headquarters.fill("#title", title)
    headquarters.fill("#said-words", "今晚22时前完成楼道、电梯消杀，附照片。")
    headquarters.locator("#urgency").select_option("1")
    headquarters.locator("#proof").select_option("photo")
    headquarters.get_by_label("全部社区").check()
    expect(headquarters.locator("#reach")).to_contain_text("301", timeout=20_000)
    headquarters.get_by_role("button", name=re.compile("立即下达")).click()
    headquarters.wait_for_url(re.compile("sent=directive"))
    fits(headquarters, size)

    # On a page that was open already, without loading it again.
    strip = community.locator("a.strip", has_text=title)
    expect(strip).to_be_visible(timeout=15_000)
    strip.click()
    expect(community.locator("#receipt")).to_contain_text("已阅")
    fits(community, size)
    community.get_by_role("button", name=re.compile("接受指令")).click()
    community.locator("#photo").set_input_files(photo())
    community.fill("#done-words", "三栋楼已全部消杀")
    community.get_by_role("button", name="提交完成").click()
    expect(community.locator("#receipt img.proof")).to_be_visible()
    expect(community.locator("a.strip", has_text=title)).to_have_count(0)

    headquarters.goto(headquarters.url.split("?")[0] + "?state=done")
    expect(headquarters.locator("#progress")).to_contain_text("三栋楼已全部消杀")
    expect(headquarters.locator(".map canvas")).to_be_visible()
    [(verbs,)] = served.sql(
        "SELECT array_agg(verb ORDER BY id) FROM kernel_entry WHERE subject_id = "
        "(SELECT id::text FROM command_receipt WHERE state = 'done' ORDER BY done_at DESC LIMIT 1)"
    )
    assert verbs == ["directive.reached", "directive.seen", "directive.accepted", "directive.done"]
    agent = open_page("agent", size)
    assert agent.goto(headquarters.url).status in (403, 404)
    assert agent.goto("/command/directives/new").status == 403


@SIZES
def test_a_common_problem_gets_one_reply_and_the_next_community_finds_it(size, served, open_page):
    trouble = "采样点没有雨棚，下雨淋着排队"
    inspector = open_page("inspector", size)
    inspector.goto("/command/findings/new")
    inspector.fill("#said-words", trouble)
    inspector.locator("input[name=sort][value=common]").check()
    inspector.locator("#photo").set_input_files(photo())
    inspector.get_by_role("button", name="提交问题").click()
    expect(inspector.locator("main")).to_contain_text("已报指挥部")
    fits(inspector, size)

    headquarters = open_page("hq", size)
    headquarters.goto("/command/problems")
    article = headquarters.locator("article.cm-judge", has_text=trouble).first
    suggested = article.get_by_role("button", name=re.compile("归入"))
    if suggested.count():
        suggested.first.click()
    else:
        article.locator("summary").click()
        article.get_by_label("标题").fill("采样点遮雨")
        article.get_by_role("button", name=re.compile("合并")).click()
        headquarters.fill("#reply", "各采样点今天加装雨棚，物资组统一配送。")
        fits(headquarters, size)
        headquarters.get_by_role("button", name=re.compile("统一回复并收入")).click()
        expect(headquarters.locator("body")).to_contain_text("各采样点今天加装雨棚")

    inspector.reload()
    expect(inspector.locator("#finding")).to_contain_text("各采样点今天加装雨棚")
    community = open_page("community", size)
    community.goto("/command/answers")
    community.fill("input[type=search][name=q] >> nth=-1", "下雨天采样点没有帐篷遮挡")
    community.keyboard.press("Enter")
    expect(community.locator("main")).to_contain_text("各采样点今天加装雨棚")
    community.goto("/command/findings/new")
    community.locator("#said-words").press_sequentially("采样台露天，没有遮雨的地方")
    expect(community.locator("#hints")).to_contain_text("各采样点今天加装雨棚")
    fits(community, size)
    community.get_by_role("button", name=re.compile("适用，无需上报")).first.click()
    expect(community.locator("body")).to_contain_text("已记录该答复适用")
    assert community.goto("/command/problems").status == 403


@SIZES
@pytest.mark.parametrize(
    "path",
    [
        "directives",
        "directives/issued",
        "route",
        "findings",
        "inspections",
        "problems",
        "answers",
        "tasks",
        "posts",
        "log",
        "handover",
    ],
)
def test_no_page_of_command_scrolls_sideways(path, size, open_page):
    page = open_page("inspector" if path == "route" else "hq", size)
    page.goto(f"/command/{path}")
    fits(page, size)
    assert page.locator("h1").first.is_visible()
