"""ODK Collect as a client: list, form, submission; stored once, refused in words, shut out like any device."""

from __future__ import annotations

import base64
import json
from hashlib import md5
from typing import Any
from xml.etree import ElementTree

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from gridward.kernel import clock
from gridward.kernel.address import text
from gridward.kernel.journal.models import Entry
from gridward.kernel.sync.actions import devices
from gridward.kernel.sync.models import Device, FieldForm, Record
from tests.kernel.conftest import SOUTH
from tests.kernel.sync.conftest import Phone, enrolled, outcomes

pytestmark = pytest.mark.django_db
XF = "{http://www.w3.org/2002/xforms}"
LIST = "{http://openrosa.org/xforms/xformsList}"
GOOD = "<met>yes</met><people>3</people><fever/><help/><note>三楼 &lt;东&gt;</note>"
JPEG = b"\xff\xd8\xff\xe0 a small picture"


def basic(phone: Phone) -> dict[str, str]:
    """What ODK Collect sends to sign in."""
    said = base64.b64encode(f"红米:{phone.token}".encode()).decode()
    return {"authorization": f"Basic {said}", "accept-language": "zh-hans"}


def filled(answers: str = GOOD, form: str = "visit", place: str = text(SOUTH), instance: str = "uuid:1") -> str:
    return (
        f'<?xml version="1.0"?><data xmlns="http://www.w3.org/2002/xforms" id="{form}" version="1">'
        f"<place>{place}</place><answers>{answers}</answers>"
        f"<meta><instanceID>{instance}</instanceID><timeEnd>2020-01-01T08:00:00.000+08:00</timeEnd></meta></data>"
    )


def send(phone: Phone, xml: str, **more: Any) -> Any:
    """A submission as ODK Collect posts it."""
    file = SimpleUploadedFile("visit.xml", xml.encode(), "text/xml")
    return Client().post("/sync/odk/submission", {"xml_submission_file": file, **more}, headers=basic(phone))


def message(response: Any) -> str:
    return str(ElementTree.fromstring(response.content)[0].text)


def form_of(phone: Phone, key: str) -> Any:
    return Client().get(f"/sync/odk/forms/{key}.xml", headers=basic(phone))


def binds(phone: Phone, key: str) -> dict[str, dict[str, str]]:
    root = ElementTree.fromstring(form_of(phone, key).content)
    return {one.attrib.pop("nodeset"): one.attrib for one in root.iter(f"{XF}bind")}


def test_the_list_names_the_forms_in_use_and_the_hash_of_what_is_fetched(phone: Phone):
    FieldForm.objects.filter(pk="duty").update(in_use=False)
    response = Client().get("/sync/odk/formList", headers=basic(phone))
    assert (response.status_code, response["X-OpenRosa-Version"]) == (200, "1.0")
    listed = {one.findtext(f"{LIST}formID"): one for one in ElementTree.fromstring(response.content)}
    assert sorted(listed) == ["inspection", "visit"]
    visit = listed["visit"]
    assert (visit.findtext(f"{LIST}name"), visit.findtext(f"{LIST}version")) == ("入户走访", "1")
    fetched = Client().get(str(visit.findtext(f"{LIST}downloadUrl")), headers=basic(phone))
    assert visit.findtext(f"{LIST}hash") == f"md5:{md5(fetched.content, usedforsecurity=False).hexdigest()}"
    assert form_of(phone, "duty").status_code == 404


def test_a_form_is_an_xform_with_types_bounds_and_both_languages(phone: Phone):
    found = binds(phone, "visit")
    assert found["/data/answers/met"] == {"type": "string", "required": "true()"}
    assert found["/data/answers/people"] == {"type": "int", "constraint": ". >= 0 and . <= 40"}
    assert found["/data/answers/note"]["constraint"] == "string-length(.) <= 2000"
    photo = binds(phone, "inspection")["/data/answers/photo"]
    assert photo == {"type": "binary", "{http://openrosa.org/xforms}max-pixels": "1024"}
    root = ElementTree.fromstring(form_of(phone, "visit").content)
    languages = [[value.text for value in one.iter(f"{XF}value")] for one in root.iter(f"{XF}translation")]
    assert [one[:4] for one in languages] == [
        ["地点", "是否见到人", "是", "否"], ["Place", "Was somebody met", "yes", "no"],
    ]  # fmt: skip
    texts = {one.get("id") for one in root.iter(f"{XF}text")}
    asked = {one.get("ref", "")[10:-2] for one in root.iter(f"{XF}label") if one.get("ref")}
    assert asked == texts, "every label has its words, and no words are idle"


def test_the_places_of_the_form_are_those_of_the_devices_patch(phone: Phone):
    root = ElementTree.fromstring(form_of(phone, "visit").content)
    control = next(one for one in root.iter(f"{XF}select1") if one.get("ref") == "/data/place")
    offered = {one.findtext(f"{XF}value") for one in control.iter(f"{XF}item")}
    held = {row["address"] for row in phone.get("/sync/patch/places").json()["rows"]}
    assert offered == held
    assert root.find(f".//{XF}place").text == text(SOUTH)  # type: ignore[union-attr]


def test_a_patch_too_large_to_list_has_its_address_typed(phone: Phone, monkeypatch: Any):
    from gridward.web.field import collect

    monkeypatch.setattr(collect, "MOST_PLACES", 1)
    assert binds(phone, "visit")["/data/place"]["constraint"] == "regex(., '^[0-9]{19}$')"


def test_a_field_whose_key_is_no_xml_name_comes_back_under_its_key(phone: Phone):
    fields = [{"key": "1 <几>", "label": "几 & 几", "kind": "text"}]
    FieldForm.objects.create(key="odd", title="特别 <表>", title_en="Odd", fields=fields)
    node = next(ref for ref in binds(phone, "odd") if ref.startswith("/data/answers/")).rpartition("/")[2]
    assert send(phone, filled(f"<{node}>三</{node}>", "odd")).status_code == 201
    assert json.loads(Record.objects.get().body)["answers"] == {"1 <几>": "三"}


def test_a_submission_sent_twice_is_stored_once(phone: Phone):
    head = Client().head("/sync/odk/submission", headers=basic(phone))
    assert (head.status_code, head["X-OpenRosa-Accept-Content-Length"]) == (204, str(2 * 1024 * 1024))
    assert head["Location"].endswith("/sync/odk/submission")
    first, again = send(phone, filled()), send(phone, filled())
    assert (first.status_code, again.status_code) == (201, 201), first.content.decode()
    assert message(first) == message(again) == "已收到。"
    kept = Record.objects.get()
    assert (kept.id.version, kept.sequence, kept.outcome, kept.address) == (7, None, "stored", SOUTH)
    answers = {"met": "yes", "people": 3, "note": "三楼 <东>"}
    assert json.loads(kept.body) == {"form": "visit", "address": text(SOUTH), "answers": answers}
    assert Entry.objects.filter(verb="field.reported").count() == 1
    assert kept.at < kept.received_at, "made when the phone says"


def test_submissions_stand_beside_the_numbers_of_the_field_app(phone: Phone):
    assert send(phone, filled(instance="uuid:1")).status_code == 201
    assert outcomes(phone.send(phone.item())) == ["stored"]
    assert send(phone, filled(instance="uuid:2")).status_code == 201
    assert phone.get("/sync/state").json()["watermark"] == 1
    assert Record.objects.count() == 3


def test_the_field_app_still_numbers_its_records(phone: Phone):
    assert outcomes(phone.send(phone.item(sequence=0))) == ["rejected"]


@pytest.mark.parametrize(
    ("xml", "status", "said"),
    [
        (filled("<met>maybe</met>"), 422, "met"),
        (filled("<people>3</people>"), 422, "met"),
        (filled("<met>yes</met><people>41</people>"), 422, "people"),
        (filled("<met>yes</met><strange>1</strange>"), 422, "strange"),
        (filled(form="nothing"), 422, "表单"),
        (filled(place="5001160010010000000"), 422, "责任片区"),
        (filled(place="here"), 422, "地点"),
        (filled(instance=""), 400, "instanceID"),
        ("<data id='visit'>", 400, "XML"),
        ('<!DOCTYPE d [<!ENTITY e "x">]>' + filled().partition("?>")[2], 400, "XML"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_in_words_and_changes_nothing(phone: Phone, xml: str, status: int, said: str):
    response = send(phone, xml)
    assert (response.status_code, said in message(response)) == (status, True), response.content.decode()
    assert not Record.objects.exists()
    assert not Entry.objects.filter(subject_kind="record").exists()


def test_another_content_under_a_known_instance_is_refused_and_another_accounts_is_its_own(phone: Phone, sign_up: Any):
    send(phone, filled())
    assert send(phone, filled("<met>no</met>")).status_code == 422
    assert send(enrolled(sign_up("other", "field", SOUTH)), filled()).status_code == 201
    assert Record.objects.count() == 2


def test_a_photo_is_kept_where_the_form_asks_for_one(phone: Phone):
    said = "<site>核酸点</site><masks>yes</masks><distance>yes</distance><cleaning>no</cleaning><photo>1.jpg</photo>"
    missing = send(phone, filled(said, "inspection"))
    assert (missing.status_code, "1.jpg" in message(missing)) == (422, True)
    other = SimpleUploadedFile("1.jpg", b"GIF89a", "image/jpeg")
    assert send(phone, filled(said, "inspection"), **{"1.jpg": other}).status_code == 422
    picture = SimpleUploadedFile("1.jpg", JPEG, "image/jpeg")
    assert send(phone, filled(said, "inspection"), **{"1.jpg": picture}).status_code == 201
    kept = json.loads(Record.objects.get().body)["answers"]["photo"]
    assert base64.b64decode(kept.partition(",")[2]) == JPEG
    idle = SimpleUploadedFile("2.jpg", JPEG, "image/jpeg")
    assert send(phone, filled(instance="uuid:2"), **{"2.jpg": idle}).status_code == 201, "no photo asked for: ignored"


def test_a_submission_in_parts_or_of_no_form_is_refused(phone: Phone):
    assert send(phone, filled(), **{"*isIncomplete*": "yes"}).status_code == 413
    picture = SimpleUploadedFile("1.jpg", JPEG * 150_000, "image/jpeg")
    assert send(phone, filled(), **{"1.jpg": picture}).status_code == 413
    assert Client().post("/sync/odk/submission", {"a": "b"}, headers=basic(phone)).status_code == 400
    broken = Client().post("/sync/odk/submission", b"x", "multipart/form-data", headers=basic(phone))
    assert broken.status_code == 400
    assert not Record.objects.exists()


@pytest.mark.parametrize("head", [{}, {"authorization": "Basic eDp5"}, {"authorization": "Basic %"}])
def test_without_a_token_it_is_asked_for_one(phone: Phone, head: dict[str, str]):
    for path in ("/sync/odk/formList", "/sync/odk/forms/visit.xml"):
        response = Client().get(path, headers=head)
        assert (response.status_code, response["WWW-Authenticate"][:5]) == (401, "Basic")
    assert Client().head("/sync/odk/submission", headers=head).status_code == 401
    assert phone.client.get("/sync/odk/formList", headers={"authorization": f"Bearer {phone.token}"}).status_code == 401


@pytest.mark.parametrize("lost", [False, True])
def test_a_device_shut_out_or_lost_gets_nothing_and_brings_nothing(phone: Phone, lost: bool):
    devices.revoke(phone.actor, phone.device_id, clock.now(), lost=lost)
    assert Client().get("/sync/odk/formList", headers=basic(phone)).status_code == 401
    assert send(phone, filled()).status_code == 401
    assert not Record.objects.exists()


def test_a_role_that_may_not_report_gets_no_forms(phone: Phone, sign_up: Any):
    auditor = enrolled(sign_up("auditor", "auditor", SOUTH))
    assert Client().get("/sync/odk/formList", headers=basic(auditor)).status_code == 403
    assert send(auditor, filled()).status_code == 403


def test_the_devices_page_sets_odk_collect_up_and_shows_the_token_once(phone: Phone, sign_up: Any):
    from gridward.kernel.access.models import User

    page = Client(headers={"accept-language": "zh-hans"})
    page.force_login(User.objects.get(pk=phone.actor.user_id))
    shown = page.post(f"/sync/devices/{phone.device_id}/collect").content.decode()
    token = shown.partition('id="token">')[2].partition("<")[0]
    assert send(phone, filled()).status_code == 401, "what it used before is out"
    phone.token = token
    assert send(phone, filled()).status_code == 201
    assert token not in page.get("/sync/devices/").content.decode()
    other = Client()
    other.force_login(User.objects.get(pk=sign_up("other", "field", SOUTH).user_id))
    assert other.post(f"/sync/devices/{phone.device_id}/collect").status_code == 404
    assert Device.objects.get(pk=phone.device_id).epoch == 2
