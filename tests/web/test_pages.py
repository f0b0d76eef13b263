import pytest
from django.test import Client

from gridward.kernel.access.actor import SYSTEM
from gridward.kernel.address import Level, at_level, text
from gridward.kernel.areas.models import Area
from gridward.kernel.clock import now
from gridward.kernel.incidents.models import Incident
from gridward.kernel.journal.models import Entry
from gridward.kernel.needs.actions import Wanted, log
from gridward.kernel.people.models import Person
from gridward.kernel.registry import registry
from gridward.kernel.resources.models import Resource

PAGES = ("/", "/areas/", "/map/", "/needs/", "/people/", "/resources/", "/organisations/", "/bulletin/", "/inbox/")
MOST_QUERIES = 30
"""As `gridward bench pages` allows."""


@pytest.fixture
def need(signed_in):
    person = Person.objects.first()
    wanted = Wanted(Incident.objects.get().pk, "food", person.address, "家里没有米了", "phone", caller_name="王婆婆")
    return log(SYSTEM, wanted, now())


@pytest.mark.parametrize("path", PAGES)
def test_the_headquarters_opens_every_main_page_in_both_languages(path, signed_in):
    client = signed_in("hq")
    chinese = client.get(path)
    assert chinese.status_code == 200
    assert "江津区" in chinese.content.decode()
    client.cookies["django_language"] = "en"
    english = client.get(path)
    assert english.status_code == 200
    assert 'lang="en"' in english.content.decode()


@pytest.mark.parametrize("path", PAGES)
def test_a_main_page_asks_the_database_a_bounded_number_of_questions(path, signed_in, django_assert_max_num_queries):
    client = signed_in("hq")
    client.get(path)
    with django_assert_max_num_queries(MOST_QUERIES):
        client.get(path)


@pytest.mark.parametrize("path", PAGES)
def test_nobody_signed_in_is_asked_to_sign_in(path, signed_in):
    answer = Client().get(path)
    assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/sign-in/")


def test_signing_in_with_the_password_leads_to_the_page_asked_for(signed_in, password):
    client = Client()
    wrong = client.post("/sign-in/", {"username": "hq", "password": "wrong-password"})
    assert wrong.status_code == 200
    right = client.post("/sign-in/", {"username": "hq", "password": password, "next": "/bulletin/"})
    assert (right.status_code, right["Location"]) == (302, "/bulletin/")


def test_roles_start_where_their_work_is(signed_in):
    assert signed_in("agent").get("/")["Location"] == "/hotline/desk"
    assert signed_in("hq").get("/").status_code == 200


def test_a_community_worker_does_not_open_a_neighbours_area(signed_in):
    client = signed_in("community")
    own = Area.objects.filter(level=Level.COMMUNITY).order_by("address").first()
    other = Area.objects.filter(level=Level.COMMUNITY).order_by("address").last()
    assert client.get(f"/areas/{text(own.address)}").status_code == 200
    refused = client.get(f"/areas/{text(other.address)}")
    assert refused.status_code == 403
    assert "没有权限" in refused.content.decode()


def test_hidden_equals_absent(signed_in, need):
    stranger = signed_in("community")
    Person.objects.filter(pk=need.person_id)
    far = Person.objects.order_by("-address").first()
    hidden = stranger.get(f"/people/{far.pk}")
    absent = stranger.get("/people/01900000-0000-7000-8000-000000000000")
    assert (hidden.status_code, absent.status_code) == (404, 404)


def test_an_area_drills_down_to_a_unit_and_its_people(signed_in):
    client = signed_in("hq")
    person = Person.objects.first()
    for level in (Level.TOWN, Level.COMMUNITY, Level.ESTATE, Level.BUILDING, Level.UNIT):
        assert client.get(f"/areas/{text(at_level(person.address, level))}").status_code == 200
    people = client.get(f"/people/?area={text(person.address)}").content.decode()
    assert str(person.pk) in people
    assert person.name not in people


def test_the_register_pages_through_everybody_once(signed_in):
    client, seen, after = signed_in("hq"), [], ""
    for _ in range(40):
        answer = client.get("/people/", {"after": after} if after else {})
        seen += [row["id"] for row in answer.context["rows"]]
        after = answer.context["after"]
        if not after:
            break
    assert len(seen) == len(set(seen)) == Person.objects.count()


def test_a_forged_page_mark_is_not_found(signed_in):
    assert signed_in("hq").get("/people/?after=zzz").status_code == 404


def test_revealing_a_person_needs_a_purpose_and_leaves_a_trace(signed_in):
    client, person = signed_in("hq"), Person.objects.exclude(phone="").first()
    assert client.post(f"/people/{person.pk}/reveal", {"purpose": ""}).status_code == 422
    shown = client.post(f"/people/{person.pk}/reveal", {"purpose": "核对用药"})
    assert person.phone in shown.content.decode()
    assert Entry.objects.filter(verb="person.revealed", subject_id=str(person.pk)).count() == 1


def test_a_need_is_refused_by_name_with_a_reason(signed_in, need):
    client = signed_in("hq")
    assert client.post(f"/needs/{need.pk}/closure", {"step": "refuse", "words": ""}).status_code == 422
    done = client.post(f"/needs/{need.pk}/closure", {"step": "refuse", "words": "不在受理范围"})
    assert done.status_code == 302
    page = client.get(f"/needs/{need.pk}").content.decode()
    assert "不予受理" in page
    assert "不在受理范围" in page
    again = client.post(f"/needs/{need.pk}/closure", {"step": "refuse", "words": "再拒"})
    assert again.status_code == 409
    assert client.post(f"/needs/{need.pk}/reopening", {"words": "应当受理"}).status_code == 302


def test_an_auditor_reads_but_does_not_act(signed_in, need):
    client = signed_in("auditor")
    assert client.get(f"/needs/{need.pk}").status_code == 200
    assert client.post(f"/needs/{need.pk}/closure", {"step": "refuse", "words": "x"}).status_code == 403
    assert client.get("/journal/").status_code == 200
    assert signed_in("community").get("/journal/").status_code == 403


def test_a_form_never_leads_to_a_foreign_site(signed_in, need):
    data = {"step": "refuse", "words": "不在受理范围", "next": "//evil.example/"}
    assert signed_in("hq").post(f"/needs/{need.pk}/closure", data)["Location"] == f"/needs/{need.pk}"


def test_a_vehicle_is_allotted_and_put_off_duty(signed_in):
    client = signed_in("hq")
    car = Resource.objects.filter(kind="hotline.emergency_vehicle").first()
    place = Area.objects.filter(level=Level.COMMUNITY).last()
    assert client.post(f"/resources/{car.pk}/allotment", {"address": text(place.address)}).status_code == 302
    client.post(f"/resources/{car.pk}/duty", {"duty": "off"})
    car.refresh_from_db()
    assert (car.address, car.duty) == (place.address, "off")
    assert client.get(f"/resources/{car.pk}").status_code == 200


def test_the_feed_is_silent_until_something_happens(signed_in, need):
    client = signed_in("hq")
    assert client.get("/feed", {"since": "nonsense"}).status_code == 410


def test_map_layers_are_geojson(signed_in, need):
    client = signed_in("hq")
    district = text(Area.objects.get(level=Level.DISTRICT).address)
    towns = client.get(f"/map/{district}/areas.geojson").json()
    assert len(towns["features"]) == 30
    assert {feature["geometry"]["type"] for feature in towns["features"]} <= {"Polygon", "MultiPolygon"}
    assert client.get(f"/map/{district}/resources.geojson").json()["features"]
    assert client.get(f"/map/{district}/needs.geojson").json()["type"] == "FeatureCollection"


def test_places_are_found_by_pinyin_initials(signed_in):
    found = signed_in("agent").get("/areas/search", {"q": "jjjd"}, headers={"accept": "application/json"}).json()
    assert "几江街道" in {area["name"] for area in found["areas"]}


def test_the_bulletin_is_the_same_as_page_text_and_pdf(signed_in):
    client = signed_in("hq")
    assert "来电" in client.get("/bulletin/text").content.decode()
    pdf = client.get("/bulletin/pdf")
    assert pdf.status_code in (200, 501)
    assert pdf.status_code == 501 or pdf.content.startswith(b"%PDF")
    assert client.get("/bulletin/?day=2022-13-45").status_code == 422


def test_every_figure_opens_its_definition_and_rows(signed_in, need):
    client = signed_in("hq")
    for key, figure in registry().figures.items():
        page = client.get(f"/figures/{key}")
        assert page.status_code == 200, key
        assert str(figure.definition)[:12] in page.content.decode() or page.context["figure"] is figure


def test_programs_get_refusals_as_json(signed_in):
    answer = signed_in("community").get("/journal/", headers={"accept": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


def test_pages_keep_to_themselves(signed_in):
    page = signed_in("hq").get("/")
    assert "default-src 'self'" in page["Content-Security-Policy"]
    assert "no-store" in page["Cache-Control"]
    assert "http://" not in page.content.decode().replace("http://www.w3.org", "")


@pytest.mark.parametrize(
    ("path", "page", "line"),
    [("/", "今日", "指挥部"), ("/forces/posts", "岗位", "力量下沉"), ("/forces/reinforcements", None, "力量下沉")],
)
def test_the_frame_marks_the_page_and_the_line_one_is_in(path, page, line, signed_in):
    frame = signed_in("hq").get(path).context["frame"]
    assert [str(group["title"]) for group in frame["groups"] if group.get("active")] == [line]
    every = [one for group in frame["groups"] for one in group["pages"]]
    assert [str(one["title"]) for one in every if one.get("active")] == ([page] if page else [])


def test_few_pages_make_one_group_without_a_name(signed_in):
    answer = signed_in("sampler").get("/sync/devices/")
    assert [str(group["title"]) for group in answer.context["frame"]["groups"]] == [""]
