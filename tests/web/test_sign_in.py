import re
import time
from datetime import timedelta

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.usersessions.models import UserSession
from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.test import Client

from gridward.kernel import clock
from gridward.kernel.access.models import User
from gridward.kernel.journal.models import Entry
from gridward.web.models import Shared
from gridward.web.signin import actions

HERE, ELSEWHERE = "192.0.2.7", "198.51.100.9"


@pytest.fixture
def browser(district, db):
    def make(address=HERE):
        return Client(REMOTE_ADDR=address, headers={"accept-language": "zh-hans"})

    return make


def sign_in(client, username, password, **more):
    return client.post("/sign-in/", {"username": username, "password": password, **more})


def told(prefix="account."):
    entries = Entry.objects.filter(verb__startswith=prefix).order_by("id")
    return [(entry.verb, entry.subject_id) for entry in entries]


def lock_out(client, username, tries):
    for _ in range(tries):
        assert sign_in(client, username, "not the password").status_code == 200


def code_of(secret, steps_ahead=0):
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps_ahead))


def confirm(client, password):
    return client.post("/account/confirmation", {"password": password})


def set_up_app(client, password):
    confirm(client, password)
    page = client.get("/account/second-factor/app").content.decode()
    secret = re.search(r"<code>([A-Z2-7]{32})</code>", page)[1]
    answer = client.post("/account/second-factor/app", {"code": code_of(secret)})
    assert (answer.status_code, answer["Location"]) == (302, "/account/second-factor/codes")
    codes = re.findall(r"<li>([0-9-]+)</li>", client.get("/account/second-factor/codes").content.decode())
    return secret, codes


def test_signing_in_gives_a_new_session_and_is_journalled(browser, password):
    client = browser()
    client.get("/sign-in/")
    client.session["before"] = "sign-in"
    client.session.save()
    before = client.cookies.get("sessionid")
    answer = sign_in(client, "hq", password)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert client.cookies["sessionid"].value != (before.value if before else "")
    hq = User.objects.get(username="hq")
    assert told() == [("account.signed_in", str(hq.pk))]
    assert Entry.objects.get(verb="account.signed_in").data == {"origin": HERE, "methods": ["password"]}
    client.post("/sign-out/")
    assert told()[-1] == ("account.signed_out", str(hq.pk))


def test_a_sign_in_leads_to_no_other_house(browser, password):
    answer = sign_in(browser(), "hq", password, next="https://elsewhere.example/")
    assert answer["Location"] == "/"


def test_too_many_wrong_passwords_lock_this_account_from_this_address_only(browser, password, settings):
    settings.ACCOUNT_RATE_LIMITS = {"login_failed": "3/900s/key"}
    lock_out(browser(), "hq", 3)
    locked = sign_in(browser(), "hq", password)
    assert (locked.status_code, locked["Retry-After"]) == (429, "900")
    assert "次数过多" in locked.content.decode()
    assert sign_in(browser(), "HQ", password).status_code == 429
    assert sign_in(browser(), "agent", password).status_code == 302
    assert sign_in(browser(ELSEWHERE), "hq", password).status_code == 302


def test_tries_are_counted_where_every_process_sees_them(browser):
    sign_in(browser(), "hq", "not the password")
    failed = [key for key in Shared.objects.values_list("cache_key", flat=True) if "login_failed" in key]
    assert failed
    assert not any(HERE in key or "hq" in key for key in failed)


def test_a_lockout_ends_by_itself(browser, password, settings, monkeypatch):
    settings.ACCOUNT_RATE_LIMITS = {"login_failed": "3/900s/key"}
    lock_out(browser(), "hq", 3)
    later = time.time() + 901
    monkeypatch.setattr("allauth.core.internal.ratelimit.time.time", lambda: later)
    assert sign_in(browser(), "hq", password).status_code == 302


def test_a_right_password_uses_no_try_up(browser, password, settings):
    settings.ACCOUNT_RATE_LIMITS = {"login_failed": "3/900s/key"}
    lock_out(browser(), "hq", 2)
    for _ in range(4):
        assert sign_in(browser(), "hq", password).status_code == 302


def test_failures_are_journalled_without_what_was_typed(browser, settings):
    settings.ACCOUNT_RATE_LIMITS = {"login_failed": "2/900s/key"}
    hq = str(User.objects.get(username="hq").pk)
    lock_out(browser(), "hq", 2)
    sign_in(browser(), "hq", "not the password")
    sign_in(browser(), "my-password-by-mistake", "x")
    failed = "account.sign_in_failed"
    assert told() == [(failed, hq), (failed, hq), ("account.locked_out", hq), (failed, "")]
    assert {str(entry.data) for entry in Entry.objects.filter(verb__startswith="account.")} == {
        f"{{'origin': '{HERE}'}}"
    }


def test_behind_a_proxy_the_last_hop_counts_and_forged_ones_do_not(browser, password, settings):
    settings.BEHIND_TLS, settings.ACCOUNT_RATE_LIMITS = True, {"login_failed": "3/900s/key"}

    def by(forged, last):
        return Client(REMOTE_ADDR="127.0.0.1", headers={"x-forwarded-for": f"{forged}, {last}"})

    for number in range(3):
        lock_out(by(f"203.0.113.{number}", HERE), "hq", 1)
    assert sign_in(by("203.0.113.99", HERE), "hq", password).status_code == 429
    assert sign_in(by(HERE, ELSEWHERE), "hq", password).status_code == 302
    assert Entry.objects.filter(verb="account.signed_in").get().data["origin"] == ELSEWHERE


def test_without_a_proxy_a_forwarded_address_is_nobodys_word(browser, password, settings):
    settings.ACCOUNT_RATE_LIMITS = {"login_failed": "3/900s/key"}
    for number in range(3):
        lock_out(Client(REMOTE_ADDR=HERE, headers={"x-forwarded-for": f"203.0.113.{number}"}), "hq", 1)
    assert sign_in(browser(), "hq", password).status_code == 429


def test_one_subscriber_of_ipv6_is_one_address(browser, password, settings):
    settings.ACCOUNT_RATE_LIMITS = {"login_failed": "3/900s/key"}
    for number in range(3):
        lock_out(browser(f"2001:db8:1:2::{number + 1}"), "hq", 1)
    assert sign_in(browser("2001:db8:1:2:ffff::9"), "hq", password).status_code == 429
    assert sign_in(browser("2001:db8:1:3::1"), "hq", password).status_code == 302


def test_an_app_is_set_up_asked_for_and_its_codes_work_once(browser, password):
    client = browser()
    sign_in(client, "hq", password)
    secret, codes = set_up_app(client, password)
    assert len(codes) == 10
    assert told()[-2:] == [("account.second_factor_added", str(User.objects.get(username="hq").pk))] * 2
    client.post("/sign-out/")

    half = browser()
    assert sign_in(half, "hq", password)["Location"] == "/sign-in/second-factor"
    assert half.get("/bulletin/").status_code == 302
    assert half.post("/sign-in/second-factor", {"code": "000000"}).status_code == 200
    assert told()[-1][0] == "account.second_factor_failed"
    code = code_of(secret)
    assert half.post("/sign-in/second-factor", {"code": code})["Location"] == "/"
    assert Entry.objects.filter(verb="account.signed_in").last().data["methods"] == ["password", "totp"]

    again = browser()
    sign_in(again, "hq", password)
    assert again.post("/sign-in/second-factor", {"code": code}).status_code == 200
    assert again.post("/sign-in/second-factor", {"code": codes[0]}).status_code == 302
    third = browser()
    sign_in(third, "hq", password)
    assert third.post("/sign-in/second-factor", {"code": codes[0]}).status_code == 200


def test_secrets_of_second_factors_are_sealed(browser, password):
    from allauth.mfa.models import Authenticator

    client = browser()
    sign_in(client, "hq", password)
    secret, codes = set_up_app(client, password)
    kept = " ".join(str(data) for data in Authenticator.objects.values_list("data", flat=True))
    assert secret not in kept
    assert not any(code in kept for code in codes)


def test_guessing_codes_is_limited_from_everywhere(browser, password, settings):
    client = browser()
    sign_in(client, "hq", password)
    secret, _codes = set_up_app(client, password)
    settings.ACCOUNT_RATE_LIMITS = {"login_failed": "3/900s/key"}
    for number in range(4):
        half = browser(f"203.0.113.{number}")
        sign_in(half, "hq", password)
        half.post("/sign-in/second-factor", {"code": f"00000{number}"})
    half = browser(ELSEWHERE)
    sign_in(half, "hq", password)
    assert half.post("/sign-in/second-factor", {"code": code_of(secret, 0)}).status_code == 200
    assert half.get("/").status_code == 302


def test_taking_a_second_factor_away_needs_proof_and_is_journalled(browser, password):
    client = browser()
    sign_in(client, "hq", password)
    set_up_app(client, password)
    session = client.session
    session["account_authentication_methods"] = []
    session.save()
    asked = client.post("/account/second-factor/app/removal")
    assert asked["Location"].startswith("/account/confirmation")
    confirm(client, password)
    assert client.post("/account/second-factor/app/removal").status_code == 302
    kinds = Entry.objects.filter(verb="account.second_factor_removed").values_list("data__kind", flat=True)
    assert sorted(kinds) == ["recovery_codes", "totp"]


def test_proving_who_one_is_changes_the_key_of_the_session(browser, password):
    client = browser()
    sign_in(client, "hq", password)
    before = client.session.session_key
    confirm(client, password)
    assert client.session.session_key != before
    assert not Session.objects.filter(session_key=before).exists()
    assert [one.session_key for one in actions.running(User.objects.get(username="hq"))] == [client.session.session_key]


def test_a_role_that_must_have_a_second_factor_sets_one_up_first(browser, password, settings):
    settings.SECOND_FACTOR_ROLES = frozenset({"headquarters"})
    client = browser()
    sign_in(client, "hq", password)
    assert client.get("/bulletin/")["Location"] == "/account/second-factor"
    refused = client.get("/feed", headers={"accept": "application/json"})
    assert (refused.status_code, refused.json()["code"]) == (403, "second_factor_missing")
    assert client.get("/api/v1/hotline/needs").status_code == 403
    assert client.get("/account/second-factor").status_code == 200
    set_up_app(client, password)
    assert client.get("/bulletin/").status_code == 200
    other = browser()
    sign_in(other, "agent", password)
    assert other.get("/hotline/desk").status_code == 200


def test_the_administration_is_behind_the_same_door(browser, password, settings):
    assert browser().get("/admin/", follow=True).redirect_chain[-1][0] == "/sign-in/?next=%2Fadmin%2F"
    assert browser().get("/admin/login/?next=/admin/")["Location"] == "/sign-in/?next=%2Fadmin%2F"
    settings.SECOND_FACTOR_ROLES = frozenset({"administrator"})
    client = browser()
    sign_in(client, "admin", password)
    assert client.get("/admin/")["Location"] == "/account/second-factor"


def test_a_session_ends_when_nobody_does_anything(browser, password, settings):
    settings.SESSION_IDLE_S = 1800
    client = browser()
    now = clock.now()
    with clock.simulated(now):
        sign_in(client, "hq", password)
    with clock.simulated(now + timedelta(minutes=25)):
        assert client.get("/bulletin/").status_code == 200
    with clock.simulated(now + timedelta(minutes=50)):
        assert client.get("/bulletin/", headers={"x-unattended": "1"}).status_code == 200
    with clock.simulated(now + timedelta(minutes=56)):
        assert client.get("/bulletin/").status_code == 302
        assert client.get("/bulletin/").status_code == 302


def test_a_session_ends_after_its_hours_whatever_is_done(browser, password, settings):
    settings.SESSION_IDLE_S, settings.SESSION_COOKIE_AGE = 1800, 4 * 3600
    client = browser()
    now = clock.now()
    with clock.simulated(now):
        sign_in(client, "hq", password)
    for quarters in range(1, 16):
        with clock.simulated(now + timedelta(minutes=15 * quarters)):
            assert client.get("/inbox/").status_code == 200, quarters
    with clock.simulated(now + timedelta(minutes=15 * 16)):
        assert client.get("/inbox/").status_code == 302


def test_my_devices_are_listed_and_one_is_ended(browser, password):
    desk, phone = browser(), browser(ELSEWHERE)
    sign_in(desk, "hq", password)
    phone.defaults["HTTP_USER_AGENT"] = "Mozilla/5.0 (Linux; Android 14) AppleWebKit Chrome/120 Mobile Safari"
    sign_in(phone, "hq", password)
    page = desk.get("/account/devices").content.decode()
    assert "Chrome · Android" in page
    assert ELSEWHERE in page
    lost = UserSession.objects.get(ip=ELSEWHERE)
    stranger = browser()
    sign_in(stranger, "agent", password)
    confirm(stranger, password)
    assert stranger.post(f"/account/devices/{lost.pk}/ending").status_code == 404
    assert desk.post(f"/account/devices/{lost.pk}/ending")["Location"].startswith("/account/confirmation?next=")
    assert phone.get("/").status_code == 200
    # The step that waited is taken when the password was given again.
    place = f"/account/confirmation?next=/account/devices/{lost.pk}/ending"
    assert desk.post(place, {"password": password})["Location"] == "/account/devices"
    assert phone.get("/").status_code == 302
    assert desk.get("/").status_code == 200
    assert desk.post(f"/account/devices/{lost.pk}/ending").status_code == 404
    assert told("account.sessions") == [("account.sessions_ended", str(User.objects.get(username="hq").pk))]


def test_all_my_devices_are_ended_at_once(browser, password):
    clients = [browser() for _ in range(3)]
    for client in clients:
        sign_in(client, "hq", password)
    confirm(clients[0], password)
    assert clients[0].post("/account/devices/ending")["Location"] == "/sign-in/"
    assert [client.get("/").status_code for client in clients] == [302] * 3
    assert Entry.objects.get(verb="account.sessions_ended").data["count"] == 2


def test_an_account_that_is_switched_off_is_out_at_once(browser, password):
    client = browser()
    sign_in(client, "hq", password)
    User.objects.filter(username="hq").update(is_active=False)
    assert client.get("/").status_code == 302


def test_a_changed_password_ends_the_other_sessions(browser, password):
    here, other = browser(), browser(ELSEWHERE)
    sign_in(here, "hq", password)
    sign_in(other, "hq", password)
    new = "eleven quiet bridges"
    wrong = here.post("/account/password", {"oldpassword": "no", "password1": new, "password2": new})
    assert wrong.status_code == 200
    weak = here.post("/account/password", {"oldpassword": password, "password1": "password", "password2": "password"})
    assert weak.status_code == 200
    done = here.post("/account/password", {"oldpassword": password, "password1": new, "password2": new})
    assert done.status_code == 302
    assert here.get("/").status_code == 200
    assert other.get("/").status_code == 302
    assert sign_in(browser(), "hq", password).status_code == 200
    assert sign_in(browser(), "hq", new).status_code == 302
    assert "account.password_changed" in dict(told())


def test_a_one_time_password_must_be_changed_and_runs_out(browser):
    hq = User.objects.get(username="hq")
    once = actions.issue_one_time(hq, clock.now())
    client = browser()
    sign_in(client, "hq", once)
    assert client.get("/bulletin/")["Location"] == "/account/password"
    assert client.get("/bulletin/", headers={"hx-request": "true"}).status_code == 403
    new = "eleven quiet bridges"
    client.post("/account/password", {"oldpassword": once, "password1": new, "password2": new})
    assert client.get("/bulletin/").status_code == 200
    late = actions.issue_one_time(hq, clock.now() - timedelta(days=4))
    assert sign_in(browser(), "hq", late)["Location"] == "/sign-in/"
    assert browser().get("/").status_code == 302


def test_what_has_run_out_is_swept_away(browser, password):
    clients = [browser(), browser()]
    for client in clients:
        sign_in(client, "hq", password)
    Session.objects.filter(session_key=clients[0].session.session_key).update(
        expire_date=clock.now() - timedelta(seconds=1)
    )
    assert actions.sweep(clock.now()) >= 1
    assert UserSession.objects.filter(user__username="hq").count() == 1
    assert clients[1].get("/").status_code == 200


def test_the_feed_does_not_tell_who_signs_in(browser, password):
    client = browser()
    sign_in(client, "hq", password)
    since = re.search(r'data-cursor="([^"]+)"', client.get("/").content.decode())[1]
    sign_in(browser(), "agent", password)
    assert client.get("/feed", {"since": since}).status_code == 204


def test_a_password_given_by_an_administrator_works_once(browser, password):
    chief, officer = browser(), browser(ELSEWHERE)
    sign_in(chief, "admin", password)
    sign_in(officer, "hq", password)
    hq = User.objects.get(username="hq")
    given = "seven slow barges"
    answer = chief.post(f"/admin/kernel/user/{hq.pk}/password/", {"password1": given, "password2": given,
                        "usable_password": "true", "set-password": "1"})  # fmt: skip
    assert answer.status_code == 302
    assert officer.get("/").status_code == 302
    sign_in(officer, "hq", given)
    assert officer.get("/")["Location"] == "/account/password"
    assert ("account.password_issued", str(hq.pk)) in told()
    assert Entry.objects.get(verb="account.password_issued").actor.username == "admin"


def test_nobody_writes_second_factors_in_the_administration(browser, password):
    chief = browser()
    sign_in(chief, "admin", password)
    page = chief.get("/admin/").content.decode()
    assert "/admin/kernel/user/" in page
    for path in ("/admin/mfa/authenticator/", "/admin/usersessions/usersession/", "/admin/account/emailaddress/"):
        assert path not in page
        assert chief.get(path).status_code == 404


def test_what_django_refuses_is_no_error_of_the_house(browser, password, settings):
    chief = browser()
    sign_in(chief, "admin", password)
    assert "此地址没有内容" in chief.get("/admin/kernel/nothing/").content.decode()
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    assert chief.post("/account/password", {"oldpassword": "x" * 2000}).status_code == 400


def test_nothing_is_sent_without_the_mark_of_its_form(district, db, password):
    careful = Client(enforce_csrf_checks=True)
    assert careful.post("/sign-in/", {"username": "hq", "password": password}).status_code == 403
    careful.force_login(User.objects.get(username="hq"))
    assert careful.post("/account/devices/ending").status_code == 403
    answer = careful.post("/api/v1/hotline/needs", "{}", content_type="application/json")
    assert answer.status_code == 403


def test_an_administrator_signs_others_out(browser, password):
    chief, officer = browser(), browser(ELSEWHERE)
    sign_in(chief, "admin", password)
    sign_in(officer, "hq", password)
    hq = User.objects.get(username="hq")
    chief.post("/admin/kernel/user/", {"action": "sign_out_everywhere", "_selected_action": [hq.pk]})
    assert officer.get("/").status_code == 302
    assert chief.get("/admin/").status_code == 200
    refused = browser()
    sign_in(refused, "agent", password)
    assert (
        refused.post("/admin/kernel/user/", {"action": "sign_out_everywhere", "_selected_action": [hq.pk]}).status_code
        == 302
    )


@pytest.mark.parametrize(
    "password", ["gridward-hotline-2026", "headquarters#123", "chief.chief.chief", "应急指挥部社区密码2026"]
)
def test_words_of_the_house_make_no_password(password):
    with pytest.raises(ValidationError):
        validate_password(password, User(username="chief"))


@pytest.mark.parametrize(
    "password", ["eleven quiet bridges", "chief of seven slow barges", "x" * 128, "四座安静的石桥与江水"]
)
def test_other_words_do(password):
    assert validate_password(password, User(username="chief")) is None


@pytest.mark.parametrize("sent", [r"\u0000", r"\ud800", r"\udc00 x", r"a\uD83D"])
def test_text_that_cannot_be_kept_is_refused_in_one_place(browser, password, sent):
    client = browser()
    sign_in(client, "hq", password)
    body = '{"category": "food", "address": "500116", "words": "WORDS"}'.replace("WORDS", sent)
    answer = client.post("/api/v1/hotline/needs", body, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (422, "unreadable")
    assert client.get("/needs/", {"q": "a\x00b"}).status_code == 422
    assert client.post("/hotline/ask", {"words": "a\x00"}).status_code == 422
    kept = client.post("/api/v1/hotline/needs", body.replace(sent, r"\ud83d\ude00"), content_type="application/json")
    assert kept.json().get("code") != "unreadable"


def test_no_page_answers_trace(browser):
    assert browser().trace("/sign-in/").status_code == 405
    assert browser().trace("/health").status_code == 405
