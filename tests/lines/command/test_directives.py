"""Directives through HTTP: sent in one step, seen, accepted, done with proof, amended, withdrawn, refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gridward.kernel.access.models import User
from gridward.kernel.ids import new_id
from gridward.kernel.journal.models import Entry
from gridward.kernel.notices.models import Notice
from gridward.kernel.orgs.models import Organisation
from gridward.lines.command.actions import standing
from gridward.lines.command.actions.receipts import remind
from gridward.lines.command.models import Directive, PastReceipt, PostHolder, Receipt, ReceiptProof
from tests.lines.command.conftest import (
    DISTRICT,
    ESTATE,
    OTHER_COMMUNITY,
    OTHER_TOWN,
    PICTURE,
    RIVERSIDE,
    SOUTH_GATE,
    TOWN,
    verbs_of,
)

SignIn = Callable[..., Client]


def order(client: Client, **given: Any) -> Any:
    """Post a directive to every community, unless told otherwise."""
    body = {
        "id": str(new_id()), "title": "全面消杀", "words": "今天18时前完成消杀。", "urgency": "2", "proof": "words",
        "levels": ["12"], **given,
    }  # fmt: skip
    return client.post("/command/directives/new", body)


def send(client: Client, **given: Any) -> Directive:
    """Send one and return it."""
    before = set(Directive.objects.values_list("pk", flat=True))
    answer = order(client, **given)
    assert answer.status_code == 302, answer.content.decode()[:3000]
    return Directive.objects.exclude(pk__in=before).get()


def receipt_of(directive: Directive, address: int) -> Receipt:
    return Receipt.objects.get(directive=directive, address=address)


def step(client: Client, receipt: Receipt, name: str, **given: Any) -> Any:
    return client.post(f"/command/received/{receipt.pk}/{name}", {"version": receipt.version, **given})


@pytest.fixture
def headquarters(sign_in: SignIn) -> Client:
    return sign_in("headquarters")


@pytest.mark.django_db(transaction=True)  # the feed tells of what is committed
def test_one_directive_is_on_every_communitys_screen_at_once_with_a_strip_on_every_page(
    headquarters: Client, sign_in: SignIn
) -> None:
    community = sign_in("community", SOUTH_GATE)
    cursor = community.get("/needs/").content.decode().split('data-cursor="')[1].split('"')[0]
    directive = send(headquarters)
    places = Receipt.objects.filter(directive=directive).values_list("address", flat=True)
    assert sorted(places) == [SOUTH_GATE, RIVERSIDE, OTHER_COMMUNITY]
    news = community.get("/feed", {"since": cursor}).json()["events"]
    assert [(one["verb"], one["kind"]) for one in news] == [("directive.reached", "directive")]
    receipt = receipt_of(directive, SOUTH_GATE)
    for path in ("/needs/", "/strip"):
        shown = community.get(path).content.decode()
        assert "全面消杀" in shown and f"/command/received/{receipt.pk}" in shown
    assert "全面消杀" not in headquarters.get("/strip").content.decode(), "who oversees does not answer for it"
    assert "全面消杀" not in sign_in("town", TOWN).get("/strip").content.decode()


def test_the_strip_costs_one_query(headquarters: Client, sign_in: SignIn) -> None:
    community = sign_in("community", SOUTH_GATE)
    send(headquarters)
    with CaptureQueriesContext(connection) as queries:
        community.get("/strip")
    assert len([one for one in queries if "command_receipt" in one["sql"]]) == 1


def test_a_recipient_sees_accepts_and_proves_and_everything_is_journalled(
    headquarters: Client, sign_in: SignIn
) -> None:
    community = sign_in("community", SOUTH_GATE)
    directive = send(headquarters, proof="photo")
    receipt = receipt_of(directive, SOUTH_GATE)
    assert "今天18时前完成" in community.get(f"/command/received/{receipt.pk}").content.decode()
    for _again in range(2):
        assert step(community, receipt, "sight").status_code == 302
        assert step(community, receipt, "acceptance").status_code == 302
    assert step(community, receipt, "completion", words="做完了").status_code == 422
    picture = SimpleUploadedFile("done.png", PICTURE, "image/png")
    assert step(community, receipt, "completion", words="做完了", photo=picture).status_code == 302
    assert step(community, receipt, "completion", words="再次").status_code == 302
    assert verbs_of(receipt.pk) == ["directive.reached", "directive.seen", "directive.accepted", "directive.done"]
    proof = ReceiptProof.objects.get()
    assert (proof.words, proof.address) == ("做完了", SOUTH_GATE)
    answer = headquarters.get(f"/command/proofs/{proof.pk}")
    assert b"".join(answer.streaming_content) == PICTURE
    assert "全面消杀" not in community.get("/strip").content.decode()
    assert Notice.objects.get(user__username=f"community-{SOUTH_GATE}").seen_at is not None


def test_another_place_and_another_role_are_kept_out(headquarters: Client, sign_in: SignIn) -> None:
    directive = send(headquarters, levels=[], areas=[str(SOUTH_GATE)])
    receipt = receipt_of(directive, SOUTH_GATE)
    for stranger in (sign_in("community", RIVERSIDE), sign_in("town", OTHER_TOWN), sign_in("agent")):
        assert stranger.get(f"/command/received/{receipt.pk}").status_code == 404
        assert step(stranger, receipt, "sight").status_code == 404
        assert stranger.get(f"/command/directives/{directive.pk}").status_code in (403, 404)
        assert stranger.post(f"/command/directives/{directive.pk}/withdrawal", {"words": "x"}).status_code in (403, 404)
    assert order(sign_in("agent")).status_code == 403
    assert verbs_of(receipt.pk) == ["directive.reached"]


def test_a_desk_sends_only_below_itself(sign_in: SignIn) -> None:
    town = sign_in("town", TOWN)
    answer = order(town, levels=[], areas=[str(OTHER_COMMUNITY)])
    assert answer.status_code == 403 and "东方红社区" in answer.content.decode()
    directive = send(town)
    assert set(Receipt.objects.filter(directive=directive).values_list("address", flat=True)) == {SOUTH_GATE, RIVERSIDE}
    assert order(sign_in("community", RIVERSIDE)).status_code == 422, "nobody lies below"


def test_sending_the_same_form_again_sends_once(headquarters: Client) -> None:
    key = str(new_id())
    first, second = order(headquarters, id=key), order(headquarters, id=key)
    assert first.status_code == second.status_code == 302
    assert Directive.objects.count() == 1 and Receipt.objects.count() == 3


def test_an_unfit_form_changes_nothing_and_keeps_what_was_written(headquarters: Client) -> None:
    assert order(headquarters, levels=[]).status_code == 422
    answer = order(headquarters, title=" ", words="保留这句话")
    assert answer.status_code == 422 and "保留这句话" in answer.content.decode()
    bad = SimpleUploadedFile("virus.exe", b"MZ", "application/octet-stream")
    answer = order(headquarters, files=[bad])
    assert answer.status_code == 422 and "virus.exe" in answer.content.decode()
    assert not Directive.objects.exists() and not Entry.objects.filter(verb__startswith="directive").exists()


def test_organisations_and_roles_receive_each_their_own(
    headquarters: Client, sign_in: SignIn, account: Callable[..., User]
) -> None:
    bureau = Organisation.objects.create(kind="department", name="区卫生健康委", address=DISTRICT)
    member = account("agent", DISTRICT)
    User.objects.filter(pk=member.pk).update(organisation=bureau)
    dispatcher = sign_in("dispatcher", TOWN)
    directive = send(headquarters, levels=[], organisations=[str(bureau.pk)], roles=["dispatcher"])
    to_bureau = Receipt.objects.get(directive=directive, organisation=bureau)
    to_person = Receipt.objects.get(directive=directive, user__isnull=False)
    assert "全面消杀" in sign_in("agent", DISTRICT).get("/strip").content.decode()
    assert step(sign_in("agent", DISTRICT), to_bureau, "acceptance").status_code == 302
    assert step(dispatcher, to_person, "completion", words="已办").status_code == 302
    assert step(sign_in("agent", DISTRICT), to_person, "acceptance").status_code == 404


def test_an_amendment_shows_what_changed_and_has_to_be_confirmed_anew(headquarters: Client, sign_in: SignIn) -> None:
    directive = send(headquarters)
    community, receipt = sign_in("community", SOUTH_GATE), receipt_of(directive, SOUTH_GATE)
    step(community, receipt, "acceptance")
    path = f"/command/directives/{directive.pk}/amendment"
    body = {"title": "全面消杀", "words": "今天20时前完成消杀。", "proof": "words", "version": 1}
    assert headquarters.post(path, body).status_code == 302
    assert headquarters.post(path, body).status_code == 409, "an author who saw the old version"
    assert headquarters.post(path, {**body, "version": 2}).status_code == 422, "nothing changed"
    receipt.refresh_from_db()
    assert (receipt.version, receipt.state, receipt.seen_at) == (2, "sent", None)
    assert PastReceipt.objects.get(receipt=receipt).accepted_at is not None
    shown = community.get(f"/command/received/{receipt.pk}").content.decode()
    assert "<del>18</del>" in shown.replace("<del>1</del><ins>2</ins><del>8</del>", "<del>18</del>")
    assert "<ins>" in shown
    old = Receipt(pk=receipt.pk, version=1)
    assert step(community, old, "acceptance").status_code == 409
    assert step(community, receipt, "acceptance").status_code == 302
    assert verbs_of(directive.pk) == ["directive.sent", "directive.amended"]


def test_a_withdrawn_directive_leaves_the_screens_and_says_why(headquarters: Client, sign_in: SignIn) -> None:
    directive = send(headquarters)
    community, receipt = sign_in("community", SOUTH_GATE), receipt_of(directive, SOUTH_GATE)
    other = receipt_of(directive, RIVERSIDE)
    step(sign_in("community", RIVERSIDE), other, "completion", words="做了")
    path = f"/command/directives/{directive.pk}/withdrawal"
    assert headquarters.post(path, {"words": ""}).status_code == 422
    for _again in range(2):
        assert headquarters.post(path, {"words": "改由专业队伍负责"}).status_code == 302
    assert "全面消杀" not in community.get("/strip").content.decode()
    assert "改由专业队伍负责" in community.get(f"/command/received/{receipt.pk}").content.decode()
    assert step(community, receipt, "acceptance").status_code == 409
    other.refresh_from_db()
    assert other.state == "done"
    assert verbs_of(receipt.pk) == ["directive.reached", "directive.ended"]


def test_what_nobody_sees_is_called_to_mind_then_climbs_and_tells_each_desk_once(
    headquarters: Client, sign_in: SignIn
) -> None:
    directive, now = send(headquarters), datetime.now(UTC)
    step(sign_in("community", SOUTH_GATE), receipt_of(directive, SOUTH_GATE), "sight")
    assert remind(now + timedelta(minutes=16)) == 2
    assert remind(now + timedelta(minutes=16)) == 0, "once for each moment"
    assert remind(now + timedelta(minutes=32)) == 2
    receipt = receipt_of(directive, RIVERSIDE)
    assert (receipt.reminders, receipt.climbs, receipt.desk) == (1, 1, TOWN)
    assert verbs_of(receipt.pk) == ["directive.reached", "directive.reminded", "directive.climbed"]
    town = sign_in("town", TOWN)
    assert "1处" in town.get("/inbox/").content.decode().replace(" ", "")
    page = town.get(f"/command/directives/{directive.pk}").content.decode()
    assert "滨江社区" in page and "东方红社区" not in page


def test_the_desk_sees_who_has_not_seen_it_as_a_list_and_a_map(headquarters: Client, sign_in: SignIn) -> None:
    directive = send(headquarters, levels=["12", "14"])
    step(sign_in("community", SOUTH_GATE), receipt_of(directive, ESTATE), "sight")
    shown = headquarters.get(f"/command/directives/{directive.pk}?state=sent").content.decode()
    assert "滨江社区" in shown and "桂花苑" not in shown.split("data-map")[0].split("<tbody>")[1]
    points = headquarters.get(f"/command/directives/{directive.pk}/recipients.geojson").json()["features"]
    marks = {one["properties"]["title"].split("：")[0]: one["properties"]["mark"] for one in points}
    assert marks == {"南门社区": "waiting", "滨江社区": "waiting", "东方红社区": "waiting", "桂花苑": "moving"}
    town = sign_in("town", OTHER_TOWN).get(f"/command/directives/{directive.pk}/recipients.geojson").json()
    assert [one["properties"]["title"].split("：")[0] for one in town["features"]] == ["东方红社区"]


def test_attachments_reach_recipients_and_nobody_else(headquarters: Client, sign_in: SignIn) -> None:
    paper = SimpleUploadedFile("方案.pdf", b"%PDF-1.7 plan", "application/pdf")
    directive = send(headquarters, levels=[], areas=[str(SOUTH_GATE)], files=[paper])
    path = f"/command/attachments/{directive.attachments.get().pk}"
    assert b"".join(sign_in("community", SOUTH_GATE).get(path).streaming_content) == b"%PDF-1.7 plan"
    assert sign_in("community", RIVERSIDE).get(path).status_code == 404


def test_the_form_says_how_many_it_will_reach(headquarters: Client) -> None:
    shown = headquarters.post("/command/directives/reach", {"levels": ["12", "14"]}).content.decode()
    assert "<strong>3</strong>" in shown and "<strong>1</strong>" in shown


def test_a_directive_to_a_post_reaches_who_holds_it_and_stays_with_the_post(
    headquarters: Client, sign_in: SignIn, account: Callable[..., User]
) -> None:
    standing.install(datetime.now(UTC))
    desk, leader, follower = sign_in("community", SOUTH_GATE), sign_in("inspector"), sign_in("auditor")
    body = {"post": "sampling", "name": "王芳", "phone": "13800000001", "account": f"inspector-{DISTRICT}"}
    fill = f"/command/posts/{SOUTH_GATE}/holders"
    assert desk.post(fill, {**body, "account": "nobody"}).status_code == 422
    assert [desk.post(fill, body).status_code for _again in range(2)] == [302, 302]
    reach = headquarters.post("/command/directives/reach", {"posts": ["sampling", "supply"], "posts_in": str(TOWN)})
    assert "4 个社区岗位" in reach.content.decode()
    directive = send(headquarters, levels=[], posts=["sampling"])
    receipts = {one.address: one for one in directive.receipts.all()}
    assert {(one.address, one.post) for one in receipts.values()} == {
        (place, "sampling") for place in (SOUTH_GATE, RIVERSIDE, OTHER_COMMUNITY)
    }
    mine = receipts[SOUTH_GATE]
    told = Notice.objects.filter(template="directive.reached").values_list("user__username", flat=True)
    assert set(told) == {f"community-{SOUTH_GATE}", f"inspector-{DISTRICT}"}
    assert "全面消杀" in leader.get("/strip").content.decode()
    assert "全面消杀" in desk.get("/strip").content.decode(), "the community stands in for its posts"
    page = headquarters.get(f"/command/directives/{directive.pk}").content.decode()
    assert "核酸检测组 组长 · 王芳" in page
    assert leader.get(f"/command/received/{receipts[RIVERSIDE].pk}").status_code == 404
    assert follower.get(f"/command/received/{mine.pk}").status_code == 404
    directive.refresh_from_db()
    remind(directive.issued_at + timedelta(seconds=directive.see_within_s + 1))
    reminded = Notice.objects.filter(template="directive.reminded", user__isnull=False)
    assert [one.user.username for one in reminded] == [f"inspector-{DISTRICT}"]
    desk.post(f"/command/posts/holders/{PostHolder.objects.get().pk}/vacancy", {"address": str(SOUTH_GATE)})
    desk.post(fill, {**body, "phone": "13800000002", "name": "李伟", "account": f"auditor-{DISTRICT}"})
    assert step(leader, mine, "completion", words="清点完").status_code == 404
    assert [step(follower, mine, "completion", words="清点完").status_code for _again in range(2)] == [302, 302]
    assert verbs_of(mine.pk)[-1] == "directive.done"


def test_the_posts_of_an_area_out_of_reach_are_refused_in_words(sign_in: SignIn) -> None:
    standing.install(datetime.now(UTC))
    town = sign_in("town", TOWN)
    answer = order(town, levels=[], posts=["sampling"], posts_in=str(OTHER_TOWN))
    assert answer.status_code == 403 and "德感街道" in answer.content.decode()
    assert order(town, levels=[], posts=["sampling"], posts_in="x").status_code == 422
    assert not Receipt.objects.exists()
    directive = send(town, levels=[], posts=["sampling"])
    assert sorted(directive.receipts.values_list("address", flat=True)) == [SOUTH_GATE, RIVERSIDE]
