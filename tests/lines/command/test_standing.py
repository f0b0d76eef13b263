"""Whose task is what, who holds each post, areas of action, the duty log and the handover, through HTTP."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from gridward.kernel.access.actor import SYSTEM, Actor
from gridward.kernel.journal.models import Entry
from gridward.kernel.needs import actions as needs
from gridward.kernel.needs.models import Category
from gridward.kernel.sheets.models import ImportRun
from gridward.lines.command.actions import standing as actions
from gridward.lines.command.actions.directives import Audience, Order, send
from gridward.lines.command.models import ActionArea, LogEntry, PostHolder, Task
from gridward.lines.command.queries import standing as queries
from tests.kernel.sheets.conftest import work_off
from tests.lines.command.conftest import DISTRICT, OTHER_COMMUNITY, RIVERSIDE, SOUTH_GATE, TOWN, verbs_of

SignIn = Callable[..., Client]


@pytest.fixture(autouse=True)
def configured(incident: Any) -> None:
    """The house as it is installed: the examples of tasks, posts and the checklist."""
    actions.install(datetime.now(UTC))
    actions.install(datetime.now(UTC))


@pytest.mark.parametrize(
    ("words", "lead"),
    [
        ("楼下垃圾没人清", "区城市管理局"),
        ("透析病人没有车去医院", "区卫生健康委"),
        ("货车司机在高速口排队", "区交通局"),
        ("菜价太高有人哄抬物价", "区经济信息委"),
        ("孤寡老人没人照顾", "区民政局"),
        ("小区停电了", "区经济信息委"),
    ],
)
def test_who_answers_for_this_is_a_search_box(words: str, lead: str, sign_in: SignIn) -> None:
    shown = sign_in("community", SOUTH_GATE).get("/command/tasks", {"q": words}).content.decode()
    assert lead in shown.split('<ul class="queue">')[1].split("</li>")[0]


def test_the_matrix_shows_twenty_tasks_by_department(sign_in: SignIn) -> None:
    assert Task.objects.count() == 20
    shown = sign_in("town", TOWN).get("/command/tasks").content.decode()
    assert shown.count("<tr data-row>") == 20 and "●" in shown and "○" in shown
    task = Task.objects.get(number=10)
    page = sign_in("town", TOWN).get(f"/command/tasks/{task.pk}").content.decode()
    assert "区城市管理局" in page and "12 小时" in page


def test_a_needs_page_says_whose_task_it_is(sign_in: SignIn, incident: Any) -> None:
    Category.objects.create(
        key="dialysis", kind="hotline.request", name="血液透析", name_en="Dialysis", assign_s=1, close_s=9, climb_s=9
    )
    now = datetime.now(UTC)
    need = needs.log(SYSTEM, needs.Wanted(incident.pk, "dialysis", SOUTH_GATE, "明早要透析", "phone"), now)
    shown = sign_in("community", SOUTH_GATE).get(f"/needs/{need.pk}").content.decode()
    assert "责任单位" in shown and "医疗救治与就医通道" in shown and "/command/tasks/" in shown


def test_a_directives_page_says_whose_task_it_is(sign_in: SignIn, actor: Callable[..., Actor]) -> None:
    audience, now = Audience(areas=(SOUTH_GATE,)), datetime.now(UTC)
    sent = send(actor("headquarters"), Order(DISTRICT, "垃圾清运", "今天清完积存垃圾", audience), now)
    received = sent.receipts.get()
    for client, path in (
        (sign_in("headquarters"), f"/command/directives/{sent.pk}"),
        (sign_in("community", SOUTH_GATE), f"/command/received/{received.pk}"),
    ):
        assert "区城市管理局" in client.get(path).content.decode()


def test_tasks_come_from_a_sheet_and_a_bad_row_changes_nothing(sign_in: SignIn) -> None:
    client = sign_in("headquarters")
    head = "所属单位区域,序号,任务,牵头单位,配合单位,值班电话,办理时限（小时）\n"
    good = f"{head}{DISTRICT},21,冬季供暖,区经济信息委,区水利局、区应急局,023-1,6\n"
    bad = f"{good}{DISTRICT},二十二,破损道路,区交通局,,,\n"
    for content, created in ((bad, 0), (good, 1), (good, 0)):
        before = Task.objects.count()
        file = SimpleUploadedFile("任务分工.csv", content.encode(), "text/csv")
        assert client.post("/sheets/uploads", {"register": "tasks", "file": file}).status_code == 302
        work_off()
        run = ImportRun.objects.order_by("-at", "-id")[0]
        client.post(f"/sheets/imports/{run.pk}/application", {"rows": "all"})
        work_off()
        assert Task.objects.count() - before == created, run.pk
    task = Task.objects.get(number=21)
    assert (task.lead, task.supports, task.due_hours) == ("区经济信息委", ["区水利局", "区应急局"], 6.0)


def fill(client: Client, address: int = SOUTH_GATE, **given: str) -> Any:
    body = {"post": "supply", "name": "王芳", "phone": "138 0000 1111", "organisation": "区商务委", **given}
    return client.post(f"/command/posts/{address}/holders", body)


def test_posts_are_filled_sealed_counted_and_printed(sign_in: SignIn) -> None:
    community = sign_in("community", SOUTH_GATE)
    for _again in range(2):
        assert fill(community).status_code == 302
    holder = PostHolder.objects.get()
    assert (holder.name, holder.phone) == ("王芳", "13800001111")
    assert fill(community, name=" ").status_code == fill(community, phone="12").status_code == 422
    assert fill(community, RIVERSIDE).status_code == 404
    assert fill(sign_in("inspector")).status_code == 403
    page = community.get(f"/command/posts/{SOUTH_GATE}").content.decode()
    assert "王芳" in page and "空缺 12 人" in page
    card = community.get(f"/command/posts/{SOUTH_GATE}/card").content.decode()
    assert "13800001111" in card and "社区防控联系卡" in card
    assert verbs_of(holder.pk) == ["post.filled"]
    assert "王芳" not in str(Entry.objects.get(subject_id=str(holder.pk)).data)
    for _again, status in ((1, 302), (2, 404)):
        assert community.post(f"/command/posts/holders/{holder.pk}/vacancy").status_code == status
    assert verbs_of(holder.pk) == ["post.filled", "post.vacated"]


def test_the_card_is_a_pdf(sign_in: SignIn) -> None:
    pytest.importorskip("weasyprint")
    answer = sign_in("community", SOUTH_GATE).get(f"/command/posts/{SOUTH_GATE}/card.pdf")
    assert answer.status_code in (200, 501)
    assert answer.status_code == 501 or answer.content.startswith(b"%PDF")


def test_vacancies_and_double_postings_are_seen_by_the_desk_above(sign_in: SignIn) -> None:
    fill(sign_in("community", SOUTH_GATE))
    fill(sign_in("community", RIVERSIDE), RIVERSIDE, post="sampling")
    shown = sign_in("town", TOWN).get("/command/posts").content.decode()
    assert "1 / 13" in shown and "0 / 13" not in shown.split("<aside>")[0]
    twice = shown.split("一人多岗")[1]
    assert "王芳" in twice and "南门社区" in twice and "滨江社区" in twice
    other = sign_in("town", 5001160020000000000).get("/command/posts").content.decode()
    assert "王芳" not in other


def test_neighbouring_communities_act_as_one_and_only_once(sign_in: SignIn) -> None:
    town, path = sign_in("town", TOWN), "/command/posts/joining"
    body = {"name": "南门联防区", "members": [str(SOUTH_GATE), str(RIVERSIDE)]}
    for _again in range(2):
        assert town.post(path, body).status_code == 302
    made = ActionArea.objects.get()
    assert "南门联防区" in sign_in("community", SOUTH_GATE).get(f"/command/posts/{SOUTH_GATE}").content.decode()
    headquarters = sign_in("headquarters")
    clash = {"name": "江边", "members": [str(RIVERSIDE), str(OTHER_COMMUNITY)]}
    assert headquarters.post(path, clash).status_code == 409
    assert town.post(path, {"name": "x", "members": [str(SOUTH_GATE)]}).status_code == 422
    assert town.post(path, {**clash, "members": [str(OTHER_COMMUNITY), str(SOUTH_GATE)]}).status_code == 403
    assert town.post(f"/command/posts/areas/{made.pk}/parting").status_code == 302
    assert verbs_of(made.pk) == ["post.joined", "post.parted"]


def test_the_log_hands_over_what_is_open_and_the_handover_writes_itself(
    sign_in: SignIn, incident: Any, actor: Callable[..., Actor]
) -> None:
    client = sign_in("headquarters")
    assert client.post("/command/log", {"words": " "}).status_code == 422
    assert client.post("/command/log", {"words": "几江路口临时封闭，等待通报", "hand_over": "on"}).status_code == 302
    assert client.post("/command/log", {"words": "与区卫健委核对转运数据"}).status_code == 302
    Category.objects.create(key="food", kind="hotline.request", name="食品", name_en="Food", assign_s=1, close_s=9,
                            climb_s=9)  # fmt: skip
    late = datetime.now(UTC) - timedelta(hours=1)
    needs.log(SYSTEM, needs.Wanted(incident.pk, "food", SOUTH_GATE, "家里没米了", "phone"), late)
    send(actor("headquarters"), Order(DISTRICT, "夜间值守核对", "核对名单", Audience(levels=(12,))), datetime.now(UTC))
    shown = client.get("/command/handover").content.decode()
    for words in ("几江路口临时封闭", "夜间值守核对", "家里没米了", "与区卫健委核对", "下达了指令"):
        assert words in shown, words
    item = LogEntry.objects.get(to_hand_over=True)
    path = f"/command/log/{item.pk}/closure"
    assert sign_in("community", SOUTH_GATE).post(path, {"words": "x"}).status_code == 404
    assert client.post(path, {"words": ""}).status_code == 422
    for _again in range(2):
        assert client.post(path, {"words": "18时恢复通行"}).status_code == 302
    assert verbs_of(item.pk) == ["log.written", "log.closed"]
    assert "几江路口临时封闭" not in client.get("/command/handover").content.decode().split("尚未全部完成")[0]
    assert sign_in("auditor").get("/command/handover").status_code == 403


def test_installing_again_changes_nothing() -> None:
    before = Entry.objects.count()
    assert actions.load_tasks(SYSTEM, DISTRICT, datetime.now(UTC)) == 0
    assert actions.load_posts(SYSTEM, datetime.now(UTC)) == 0
    assert Entry.objects.count() == before
    assert queries.vacancies is not None
