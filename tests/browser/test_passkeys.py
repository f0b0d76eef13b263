"""A passkey in a real browser: set up, used as the only thing, used as the second factor."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


@pytest.fixture
def page(browser, served):
    """A page at http://localhost (a passkey belongs to a name, never to a number), with a key plugged in."""
    context = browser.new_context(locale="zh-CN", base_url=served.url.replace("127.0.0.1", "localhost"))
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
               "isUserVerified": True, "automaticPresenceSimulation": True}  # fmt: skip
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    yield page
    context.close()


def sign_in(page, username):
    page.goto("/sign-in/")
    page.fill("#id_username", username)
    page.fill("#id_password", "gridward-demo")
    page.keyboard.press("Enter")


def test_a_passkey_is_added_and_signs_in_alone_and_beside_the_password(page, served):
    sign_in(page, "town")
    page.wait_for_url(lambda url: "/sign-in/" not in url)
    page.goto("/account/second-factor/passkeys/new")
    page.fill("#id_password", "gridward-demo")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/passkeys/new"))
    page.fill("#id_name", "办公室的电脑")
    page.click("#passkey-add")
    page.wait_for_url(re.compile("/second-factor/codes"))
    page.goto("/account/second-factor/passkeys")
    expect(page.locator("table")).to_contain_text("办公室的电脑")
    expect(page.locator("table")).to_contain_text("无需密码")

    page.context.clear_cookies()
    page.goto("/sign-in/")
    page.click("#passkey-button")
    page.wait_for_url(lambda url: "/sign-in/" not in url)
    page.goto("/account/devices")
    expect(page.locator("table")).to_contain_text("本机")

    page.context.clear_cookies()
    sign_in(page, "town")
    page.wait_for_url(re.compile("/sign-in/second-factor"))
    page.click("#passkey-button")
    page.wait_for_url(lambda url: "/sign-in/" not in url)
    methods = served.sql("SELECT data->'methods' FROM kernel_entry WHERE verb = 'account.signed_in' ORDER BY id")
    assert [one for (one,) in methods][-3:] == [["password"], ["webauthn"], ["password", "webauthn"]]

    page.goto("/account/second-factor/passkeys")
    page.click("a[href$=removal]")
    if "/confirmation" in page.url:
        page.fill("#id_password", "gridward-demo")
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile("/removal"))
    page.click("button.btn-danger")
    expect(page.locator("table")).not_to_contain_text("办公室的电脑")
