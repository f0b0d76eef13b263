"""Every page keeps to itself: nothing breaks its content policy, and nothing is asked for anywhere else."""

from urllib.parse import urlsplit

import pytest

pytestmark = pytest.mark.browser

PAGES = {
    "hq": [
        "/", "/areas/", "/map/", "/needs/", "/people/", "/resources/", "/organisations/", "/bulletin/", "/figures/",
        "/inbox/", "/journal/", "/hotline/dispatch", "/account/devices", "/account/password", "/account/second-factor",
        "/account/confirmation", "/sheets/", "/api/v1/docs", "/no-such-page",
    ],
    "agent": ["/hotline/desk", "/hotline/dispatch"],
    "crew": ["/hotline/tasks"],
    "auditor": ["/journal/"],
    "admin": ["/sheets/", "/admin/", "/admin/kernel/user/", "/admin/kernel/user/1/change/", "/admin/kernel/area/",
              "/admin/kernel/category/", "/admin/kernel/user/add/"],
    "": ["/sign-in/", "/hotline/ask", "/hotline/ask/code"],
}  # fmt: skip


@pytest.fixture
def watched(open_page, served):
    """Opens pages as a role, and gathers what the browser refused or asked of others."""
    refused, strangers = [], []

    def watch(role):
        page = open_page(role)
        page.on(
            "console", lambda said: refused.append((page.url, said.text)) if "Content Security" in said.text else None
        )
        page.on("request", lambda asked: strangers.append((page.url, asked.url)) if is_strange(asked.url) else None)
        page.add_init_script(
            "document.addEventListener('securitypolicyviolation',"
            " (e) => console.error('Content Security', e.violatedDirective, e.blockedURI, e.sourceFile, e.lineNumber))"
        )
        return page

    def is_strange(url):
        return urlsplit(url).scheme not in ("data", "blob") and urlsplit(url).netloc != urlsplit(served.url).netloc

    watch.refused, watch.strangers = refused, strangers
    yield watch
    assert refused == []
    assert strangers == []


@pytest.mark.parametrize("role", PAGES)
def test_no_page_breaks_its_policy_or_calls_outside(role, watched):
    page = watched(role)
    for path in PAGES[role]:
        answer = page.goto(path)
        policy = answer.headers["content-security-policy"]
        assert "unsafe" not in policy
        assert answer.status < 500, path
        page.wait_for_load_state("networkidle") if "map" in path else page.wait_for_timeout(250)
        if not path.startswith(("/admin", "/api")):
            assert "script-src 'nonce-" in policy, path


def test_charts_maps_and_drawers_keep_to_the_policy_when_used(watched, served):
    page = watched("hq")
    [(key,)] = served.sql("SELECT key FROM kernel_figurevalue WHERE key LIKE 'hotline%' LIMIT 1")
    page.goto(f"/figures/{key}")
    chart = page.locator("[data-chart] svg")
    if chart.count():
        chart.hover()
        page.wait_for_timeout(300)
    page.goto("/map/")
    canvas = page.locator("canvas").first
    canvas.wait_for()
    canvas.click(position={"x": 200, "y": 200})
    page.wait_for_timeout(500)
    page.goto("/needs/")
    page.keyboard.press("?")
    page.wait_for_timeout(200)
    assert watched.refused == watched.strangers == []


def test_a_script_without_the_nonce_is_not_run(open_page):
    page = open_page("")
    page.goto("/sign-in/")
    ran = page.evaluate(
        "() => { const one = document.createElement('script'); one.textContent = 'window.ran = 1';"
        " document.body.append(one); return window.ran ?? 0 }"
    )
    assert ran == 0
