"""The field app without network, each part as its own role: shifts, boxes, inspections, contacts, a full phone."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.conftest import Served
from tests.browser.phones import camera, enrol, hold, shot, unlock

pytestmark = pytest.mark.browser
_SETTING = """
import json
from datetime import date, timedelta
from gridward.kernel import clock
from gridward.kernel.access.actor import SYSTEM, actor_of
from gridward.kernel.access.models import Grant, User
from gridward.kernel.access.scope import act_as_house
from gridward.kernel.address import span, text
from gridward.kernel.assignments.planned import Sending, assign_planned
from gridward.kernel.areas.models import Area
from gridward.kernel.ids import new_id
from gridward.kernel.incidents.queries import required
from gridward.lines.command.actions import standing
from gridward.lines.command.models import PostHolder, PostTemplate, Visit
from gridward.lines.forces.actions import admission
from gridward.lines.forces.actions.posts import make_day
from gridward.lines.forces.actions.volunteers import Application, apply
from gridward.lines.forces.models import Post, PostShift
from gridward.lines.forces.queries.attendance import post_code
from gridward.lines.testing.models import Laboratory, Point, Round
act_as_house()
now = clock.now()
incident, today = required(), clock.local_day(now)
sampler = User.objects.get(username="sampler")
place = Grant.objects.get(user=sampler).address
# A volunteer with an account, on a shift that runs.
user = User.objects.create(username="guard", display_name="志愿者小张")
user.set_password("gridward-demo")
user.save()
Grant.objects.create(user=user, role="forces.member", address=place)
said = {"kind": "volunteer", "name": "张小明", "phone": "13900001234", "address": place, "born_on": date(1990, 3, 7),
        "skills": ["register"]}
one = apply(SYSTEM, Application(incident_id=incident.pk, **said), now)
one.checked_at, one.account = now, user
one.save()
admission.admit(SYSTEM, one.pk, now)
one.refresh_from_db()
shift_key = "early"
post = Post.objects.create(incident=incident, address=place, category_id="forces.gate", name="广场东卡口",
                           heads={shift_key: 1}, active_from=today, stated_at=now)
make_day(SYSTEM, span(place), today, now)
shift = PostShift.objects.get(post=post)
PostShift.objects.filter(pk=shift.pk).update(starts_at=now - timedelta(minutes=10), ends_at=now + timedelta(hours=6))
shift.refresh_from_db()
assign_planned(SYSTEM, [Sending(shift.need_id, one.resource_id, shift.starts_at, shift.ends_at)], now)
# A round of testing at the sampler's place, and a laboratory.
hours = {"starts_at": now - timedelta(hours=1), "ends_at": now + timedelta(hours=9)}
Round.objects.filter(closed_at=None).update(closed_at=now)
made = Round.objects.create(incident=incident, rule_id="everybody", address=place, number=98, pool_size=10, people=50,
                            opened_at=now, **hours)
point = Point.objects.create(round=made, address=place, number=1, name="社区广场采样点", people=50, tables=1,
                             samplers=1, opens_at=hours["starts_at"], closes_at=hours["ends_at"])
# The inspector's route of today: two communities.
inspector = User.objects.get(username="inspector")
communities = list(Area.objects.filter(level=12, gone_on=None).order_by("address")[:2])
Visit.objects.filter(inspector=inspector, day=today).delete()
visits = [Visit.objects.create(id=new_id(now), incident=incident, inspector=inspector, address=area.address, day=today,
                               position=at, planned_at=now + timedelta(hours=at), risk=1.0, days_unseen=3 + at)
          for at, area in enumerate(communities, start=1)]
PostHolder.objects.filter(address=place).delete()
for template, name, phone in zip(PostTemplate.objects.filter(in_use=True)[:3], ("李书记", "王主任", "陈医生"),
                                 ("13911110001", "13911110002", "13911110003")):
    standing.fill_post(SYSTEM, place, template.pk, name, phone, "社区居委会", now)
print(json.dumps({"place": text(place), "round": str(made.pk), "code": post_code(post.pk), "volunteer": str(one.pk),
                  "other": post_code(Post.objects.exclude(pk=post.pk).first().pk),
                  "visits": [str(visit.pk) for visit in visits],
                  "places": [area.name for area in communities], "guard": user.pk}))
"""


@pytest.fixture(scope="session")
def duties(served: Served) -> dict[str, Any]:
    """A shift, a round of testing, a route of inspection and a contact card, all of today."""
    return dict(json.loads(served.run(_SETTING)))


def outcomes(served: Served, kind: str) -> list[tuple[Any, ...]]:
    """What became of the records of one kind."""
    return served.sql("SELECT outcome, count(*) FROM kernel_record WHERE type = %s GROUP BY 1", kind)


def sent(page: Page) -> None:
    """The network is back; everything goes."""
    page.context.set_offline(False)
    expect(page.locator("#state")).to_contain_text("全部已上传", timeout=60_000)


# What can be pressed and is smaller than a gloved finger. The file picker is drawn by its label.
_SMALL = """() => ["button", "a", "input", "select"].flatMap((tag) => [...document.querySelectorAll(`#place ${tag}`)])
    .filter((one) => one.offsetParent && one.type !== "file")
    .filter((one) => one.getBoundingClientRect().height < 48 || one.getBoundingClientRect().width < 48)
    .map((one) => one.textContent || one.ariaLabel)"""


def targets_are_big(page: Page) -> None:
    """Whatever can be pressed on the screen can be pressed with a glove."""
    small = page.evaluate(_SMALL)
    assert small == []
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0


def test_somebody_checks_in_at_their_post_by_its_poster_and_out_again_without_network(
    served: Served, duties: dict[str, Any], phone: Callable[..., Page], tmp_path: Path
):
    hold(tmp_path, f"{served.url}/forces/at/{duties['code']}")
    page = phone(more=camera(tmp_path))
    enrol(page, "guard", "签到")
    page.context.set_offline(True)
    unlock(page, "签到")
    page.get_by_role("button", name="签到").click()
    page.get_by_role("heading", name="广场东卡口").wait_for()
    page.get_by_text("还没有签到").first.wait_for()
    shot(page, "duty")
    targets_are_big(page)
    page.get_by_role("button", name="扫码签到").click()
    # Something else is typed: nothing is noted, and it says so.
    page.get_by_label("岗位码").fill("https://example.org/hello")
    page.get_by_role("button", name="确定").click()
    page.get_by_text("这不是岗位码，没有签到").wait_for()
    page.get_by_label("岗位码").fill(duties["other"])
    page.get_by_role("button", name="确定").click()
    page.get_by_text("这不是您今天班次的岗位").wait_for()
    page.get_by_role("button", name="取消").click()
    shot(page, "duty-scan")
    # The camera reads the poster.
    page.get_by_role("button", name="扫码", exact=True).click()
    page.get_by_text("在岗：广场东卡口").wait_for(timeout=60_000)
    page.get_by_text("已保存在本机，待上传").wait_for()
    shot(page, "duty-in")
    # Off and on again, still without network: it still knows.
    page = phone(offline=True, more=camera(tmp_path))
    unlock(page, "签到")
    page.get_by_role("button", name="签到").click()
    page.get_by_text("在岗：广场东卡口").wait_for()
    page.get_by_role("button", name="签退").click()
    page.get_by_text("服务时长最多算到班次结束").wait_for()
    page.get_by_role("button", name="已离开岗位，直接签退").click()
    expect(page.locator("#state")).to_contain_text("2 条待上传")
    shot(page, "duty-out")
    sent(page)
    page.get_by_text("签退 · 已上传").wait_for()
    shot(page, "duty-sent")
    assert outcomes(served, "forces.check_in") == outcomes(served, "forces.check_out") == [("stored", 1)]
    rows = served.sql(
        "SELECT direction, method FROM forces_mark WHERE volunteer_id = %s ORDER BY at", duties["volunteer"]
    )
    assert rows == [("in", "code"), ("out", "none")]
    stay = served.sql(
        'SELECT "end", assignment_id IS NOT NULL FROM forces_attendance WHERE volunteer_id = %s', duties["volunteer"]
    )
    assert stay == [("out", True)]


def test_a_box_goes_from_the_table_to_the_laboratory_without_network(
    served: Served, duties: dict[str, Any], phone: Callable[..., Page], tmp_path: Path
):
    film = tmp_path / "film"
    film.mkdir()
    hold(film, "T-SCAN-0001")
    page = phone("sampler", more=camera(film))
    enrol(page, "sampler")
    page.context.set_offline(True)
    page.get_by_role("button", name="采样").click()
    # The real scanner reads the tube into the sampling screen.
    page.get_by_role("button", name="扫码", exact=True).click()
    page.get_by_role("heading", name="试管条码 T-SCAN-0001").wait_for(timeout=60_000)
    page.get_by_role("button", name="不在清单").click()
    page.get_by_label("姓名", exact=True).fill("周远")
    page.get_by_role("button", name="加入本管").click()
    page.get_by_role("button", name="封管保存").click()
    page.get_by_text("本机今天封 1 管、1 人").wait_for()
    page.get_by_role("button", name="返回").click()
    pack(page)
    sent(page)
    assert served.sql("SELECT tubes FROM testing_box WHERE seal = 'SEAL-0001'") == [(2,)]
    courier_carries(served, phone, film)
    # The list of the sampler follows.
    page.get_by_role("button", name="返回").click()
    page.get_by_role("button", name="更新清单").click()
    page.get_by_role("button", name="装箱交接").click()
    page.locator(".card", has_text="BOX-0001").get_by_text("已送达，待接收").wait_for()
    shot(page, "boxes-after")
    assert outcomes(served, "testing.box") == outcomes(served, "testing.giving") == [("stored", 1)]
    assert outcomes(served, "testing.handover") == [("stored", 2)]
    steps = served.sql("SELECT step FROM testing_custody WHERE seal = 'SEAL-0001' ORDER BY at")
    assert steps == [("given",), ("taken",), ("given",)]


def pack(page: Page) -> None:
    """Two tubes into a box, one of them closed on another phone; the phone is switched off in between."""
    page.get_by_role("button", name="装箱交接").click()
    page.get_by_text("本机已封、未装箱的试管").wait_for()
    shot(page, "boxes")
    page.get_by_role("button", name="装一箱").click()
    page.get_by_text("本箱 1 管").wait_for()
    page.get_by_label("扫入其他试管").fill("T-OTHER-0002")
    page.get_by_role("button", name="放入本箱").click()
    page.get_by_text("本箱 2 管").wait_for()
    page.get_by_role("button", name="返回").click()
    page.get_by_role("button", name="装箱交接").click()
    page.get_by_role("button", name="装一箱").click()
    page.get_by_text("本箱 2 管").wait_for()
    page.get_by_role("button", name="封箱保存").click()
    page.get_by_text("箱码应为 3 到 40 位数字或大写字母").wait_for()
    page.get_by_label("箱码").fill("BOX-0001")
    page.get_by_label("封签号").fill("seal-0001")
    shot(page, "packing")
    targets_are_big(page)
    page.get_by_role("button", name="封箱保存").click()
    mine = page.locator(".card", has_text="BOX-0001")
    mine.get_by_text("最早采样距今").wait_for()
    mine.get_by_role("button", name="交给转运员").click()
    page.get_by_role("dialog").get_by_text("封签 SEAL-0001，2 管").wait_for()
    page.get_by_role("button", name="完好，已交接").click()
    mine.get_by_text("已交给转运员 · ").wait_for()
    mine.get_by_text("已保存在本机，待上传").wait_for()
    shot(page, "boxes-given")


def courier_carries(served: Served, phone: Callable[..., Page], film: Path) -> None:
    """Takes the box by the bars of its seal, and hands it over, without network."""
    served.sql(
        "UPDATE testing_box SET bound_for_id = (SELECT id FROM testing_laboratory ORDER BY name LIMIT 1)"
        " WHERE seal = 'SEAL-0001'"
    )
    hold(film, "SEAL-0001", bars=True)
    page = phone("courier", more=camera(film))
    enrol(page, "courier-samples", "样本转运")
    page.context.set_offline(True)
    page.get_by_role("button", name="样本转运").click()
    page.locator(".card", has_text="BOX-0001").get_by_text("最早采样距今").wait_for()
    shot(page, "courier")
    targets_are_big(page)
    page.get_by_role("button", name="扫封签取箱").click()
    page.get_by_role("button", name="扫码", exact=True).click()
    page.get_by_text("封签 SEAL-0001，2 管。封签完好吗").wait_for(timeout=60_000)
    shot(page, "courier-seal")
    page.get_by_role("button", name="完好，取走").click()
    mine = page.locator(".card", has_text="BOX-0001")
    mine.get_by_text("转运中").wait_for()
    shot(page, "courier-mine")
    mine.get_by_role("button", name="送达交接", exact=True).click()
    page.get_by_role("button", name="完好，已交接").click()
    mine.wait_for(state="detached")
    page.get_by_text("BOX-0001 · 已送达，待接收").wait_for()
    sent(page)
    page.locator(".noted", has_text="BOX-0001").get_by_text("已上传").wait_for()
    shot(page, "courier-sent")


def test_an_inspectors_day_with_a_photo_arrives_once_and_the_photo_is_shown(
    served: Served, duties: dict[str, Any], phone: Callable[..., Page], tmp_path: Path
):
    picture = tmp_path / "gate.jpg"
    Image.effect_noise((2400, 1800), 60).convert("RGB").save(picture, "JPEG")
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"no picture at all")
    page = phone()
    enrol(page, "inspector", "现场检查")
    page.context.set_offline(True)
    unlock(page, "现场检查")
    page.get_by_role("button", name="现场检查").click()
    page.get_by_role("heading", name=duties["places"][0]).wait_for()
    shot(page, "route")
    targets_are_big(page)
    page.get_by_role("button", name="开始检查").first.click()
    groups = page.get_by_role("group")
    groups.nth(0).get_by_role("button", name="不合格").click()
    groups.nth(1).get_by_role("button", name="合格", exact=True).click()
    expect(groups.nth(1).get_by_role("button", name="合格", exact=True)).to_have_attribute("aria-pressed", "true")
    shot(page, "visit")
    targets_are_big(page)
    page.get_by_role("button", name="记录问题").click()
    page.get_by_role("button", name="保存", exact=True).click()
    page.get_by_text("请填写：问题类型").wait_for()
    page.get_by_role("button", name="个性问题").click()
    page.get_by_label("发现了什么问题").fill("东门卡口夜间无人值守")
    page.get_by_label("拍照").set_input_files(broken)
    page.get_by_text("这个文件打不开，没有加上").wait_for()
    page.get_by_label("拍照").set_input_files(picture)
    page.get_by_text("照片已加上").wait_for()
    shot(page, "finding")
    targets_are_big(page)
    page.get_by_role("button", name="保存", exact=True).click()
    page.get_by_text("已保存在本机").wait_for()
    # Switched off in the middle of the checklist.
    page = phone(offline=True)
    unlock(page, "现场检查")
    page.get_by_role("button", name="现场检查").click()
    page.get_by_text("本机已记问题 1 条").wait_for()
    page.get_by_role("button", name="开始检查").first.click()
    expect(page.get_by_role("group").nth(0).get_by_role("button", name="不合格")).to_have_attribute(
        "aria-pressed", "true"
    )
    page.get_by_role("button", name="检查完成，保存").click()
    page.get_by_role("button", name="仍然保存").click()
    page.get_by_text("已检查：2 项，1 项不合格").wait_for()
    shot(page, "route-done")
    sent(page)
    assert outcomes(served, "command.visit") == outcomes(served, "command.finding") == [("stored", 1)]
    [(state, results)] = served.sql("SELECT state, results FROM command_visit WHERE id = %s", duties["visits"][0])
    assert (state, sorted(results.values())) == ("done", [False, True])
    [(finding,)] = served.sql("SELECT id FROM command_finding WHERE visit_id = %s", duties["visits"][0])
    page.goto(f"/command/findings/{finding}")
    page.get_by_text("东门卡口夜间无人值守").first.wait_for()
    shown = page.locator("img[src*='/photos/before']")
    expect(shown).to_be_visible()
    assert shown.evaluate("(image) => [image.naturalWidth, image.naturalHeight]") == [1280, 960]
    shot(page, "finding-console")


def test_who_holds_the_posts_here_can_be_rung_without_network(
    served: Served, duties: dict[str, Any], phone: Callable[..., Page]
):
    page = phone()
    enrol(page, "sampler")
    page.context.set_offline(True)
    unlock(page)
    page.get_by_role("button", name="紧急联系").click()
    page.get_by_text("李书记").wait_for()
    assert page.get_by_role("link").evaluate_all("(all) => all.slice(0, 6).map((one) => one.getAttribute('href'))") == [
        "tel:120", "tel:110", "tel:119", "tel:13911110001", "tel:13911110002", "tel:13911110003",
    ]  # fmt: skip
    shot(page, "contacts")
    targets_are_big(page)
    page.get_by_role("button", name="English").click()
    page.get_by_role("button", name="Emergency contact").click()
    page.get_by_role("link", name="Ambulance 120").wait_for()
    shot(page, "contacts-en")


# Fills the phone to the last byte, in ever smaller pieces.
_FILL_UP = """async () => {
  const open = indexedDB.open("junk", 1);
  open.onupgradeneeded = () => open.result.createObjectStore("junk", { autoIncrement: true });
  const base = await new Promise((done) => { open.onsuccess = () => done(open.result); });
  const put = (size) => new Promise((done) => {
    const write = base.transaction("junk", "readwrite");
    const noise = Array.from(crypto.getRandomValues(new Uint8Array(size)), (one) => String.fromCharCode(33 + one % 90));
    write.objectStore("junk").add(noise.join(""));
    write.oncomplete = () => done(true);
    write.onabort = () => done(false);
  });
  let kept = 0;
  for (let size = 65536; size >= 1; size = Math.floor(size / 4)) {
    while (await put(size)) if ((kept += size) > 30e6) return -1;
  }
  base.close();
  return kept;
}"""


def test_a_full_phone_says_so_and_keeps_nothing_it_did_not_say(
    served: Served, duties: dict[str, Any], phone: Callable[..., Page]
):
    page = phone()
    # A phone with eight megabytes for the app; then everything else on it takes the rest.
    room = {"origin": served.url, "quotaSize": 8_000_000}
    page.context.new_cdp_session(page).send("Storage.overrideQuotaForOrigin", room)
    enrol(page, "sampler")
    page.context.set_offline(True)
    page.get_by_role("button", name="采样").click()
    page.get_by_label("试管条码").fill("T-FULL-0001")
    page.get_by_role("button", name="开管").click()
    page.get_by_role("button", name="不在清单").click()
    page.get_by_label("姓名", exact=True).fill("满员甲")
    page.get_by_role("button", name="加入本管").click()
    page.get_by_text("1 / 10 人").wait_for()
    assert page.evaluate(_FILL_UP) > 0
    page.get_by_role("button", name="封管保存").click()
    page.get_by_text("手机存储已满，这一条没有保存").wait_for()
    shot(page, "full")
    page.get_by_role("button", name="知道了").click()
    # Still on the screen, not called saved, nothing waits.
    page.get_by_text("1 / 10 人").wait_for()
    assert page.get_by_text("已保存在本机").count() == 0
    expect(page.locator("#state")).not_to_contain_text("待上传")
    # Nor is somebody put into the tube who is not kept.
    page.get_by_role("button", name="不在清单").click()
    page.get_by_label("姓名", exact=True).fill("满员乙")
    page.get_by_role("button", name="加入本管").click()
    page.get_by_text("手机存储已满，这一条没有保存").wait_for()
    page.get_by_role("button", name="知道了").click()
    page.get_by_text("1 / 10 人").wait_for()
    page.evaluate("new Promise((done) => { indexedDB.deleteDatabase('junk').onsuccess = () => done(1); })")
    # The browser looks at its room anew within half a minute.
    for _try in range(20):
        page.get_by_role("button", name="封管保存").click()
        saved = page.get_by_text("已保存在本机")
        saved.or_(page.get_by_role("button", name="知道了")).first.wait_for()
        if saved.is_visible():
            break
        page.get_by_role("button", name="知道了").click()
        page.wait_for_timeout(3000)
    expect(page.locator("#state")).to_contain_text("1 条待上传")
    sent(page)
    assert served.sql("SELECT people FROM testing_tube WHERE code = 'T-FULL-0001'") == [(1,)]
