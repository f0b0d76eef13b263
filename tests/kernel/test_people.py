from datetime import date, timedelta

import pytest

from gridward.kernel.errors import Forbidden, NotFound
from gridward.kernel.journal.models import Entry
from gridward.kernel.needs.errors import ReasonMissing
from gridward.kernel.notices.queries import inbox
from gridward.kernel.people import actions, queries
from gridward.kernel.people.errors import QuotaReached
from gridward.kernel.people.models import Person
from gridward.kernel.people.rules import age, masked_name, masked_number
from tests.kernel.conftest import NORTH, NOW, SOUTH, TOWN


@pytest.fixture
def person(incident):
    return Person.objects.create(
        name="张小明",
        address=SOUTH,
        room="301",
        phone="19900001234",
        id_number="11010519491231002X",
        tokens=queries.tokens_of("张小明", "19900001234", "11010519491231002X"),
    )


@pytest.mark.parametrize(
    "words", ["张小明", "小明", "张", "zhangxiaoming", "zhangx", "zxm", "1234", "19900001234", "002X"]
)
def test_a_person_is_found_by_name_pinyin_initials_and_numbers(words, person, sign_up):
    assert queries.search(sign_up("c", "community", SOUTH), words) == [person]


@pytest.mark.parametrize("words", ["李", "明张", "xiaoming2", "5678", "！"])
def test_others_are_not_found(words, person, sign_up):
    assert queries.search(sign_up("c", "community", SOUTH), words) == []


def test_a_neighbour_community_neither_finds_nor_opens_them(person, sign_up):
    neighbour = sign_up("n", "community", NORTH)
    assert queries.search(neighbour, "张小明") == []
    with pytest.raises(NotFound):
        actions.reveal(neighbour, person.pk, "送药", NOW)


def test_looking_behind_the_mask_takes_a_purpose_and_is_journalled(person, sign_up):
    worker = sign_up("c", "community", SOUTH)
    with pytest.raises(ReasonMissing):
        actions.reveal(worker, person.pk, "", NOW)
    assert actions.reveal(worker, person.pk, "送药上门", NOW).phone == "19900001234"
    entry = Entry.objects.get(verb="person.revealed")
    assert (entry.actor_id, entry.told) == (worker.user_id, {"purpose": "送药上门"})


def test_an_auditor_sees_the_list_but_not_behind_the_mask(person, sign_up):
    with pytest.raises(Forbidden):
        actions.reveal(sign_up("a", "auditor", SOUTH), person.pk, "好奇", NOW)


def test_a_change_is_journalled_by_field_and_never_by_content(person, sign_up):
    worker = sign_up("c", "community", SOUTH)
    actions.change(worker, person.pk, {"phone": "19900005678"}, NOW)
    assert Entry.objects.get(verb="person.changed").data == {"fields": ["phone"]}
    assert queries.search(worker, "5678") == [person]
    with pytest.raises(Forbidden):
        actions.change(worker, person.pk, {"address": NORTH}, NOW)


def test_masks_show_as_little_as_helps():
    assert masked_name("张小明") == "张**"
    assert masked_number("19900001234") == "199******34"
    assert masked_number("12345") == "*****"
    assert masked_name("") == ""
    assert age(date(2000, 12, 3), date(2022, 12, 2)) == 21


def test_a_day_has_so_many_looks_and_the_last_one_is_told_to_those_who_watch(person, sign_up, settings):
    settings.REVEALS_PER_DAY = 2
    worker, auditor = sign_up("c", "community", SOUTH), sign_up("a", "auditor", SOUTH)
    actions.reveal(worker, person.pk, "送药", NOW)
    assert not inbox(auditor).exists()
    actions.reveal(worker, person.pk, "送药", NOW)
    assert [one.template for one in inbox(auditor)] == ["people.quota_reached"]
    with pytest.raises(QuotaReached):
        actions.reveal(worker, person.pk, "送药", NOW)
    assert Entry.objects.filter(verb="person.revealed").count() == 2
    assert actions.reveal(worker, person.pk, "送药", NOW + timedelta(days=1)).name == "张小明"
    assert actions.reveal(sign_up("d", "community", SOUTH), person.pk, "送药", NOW).name == "张小明"


def test_looking_into_many_communities_is_told_to_those_who_watch(person, sign_up, settings):
    settings.REVEAL_AREAS_PER_DAY = 2
    other = Person.objects.create(name="李四", address=NORTH)
    town, administrator = sign_up("t", "town", TOWN), sign_up("a", "administrator", TOWN)
    actions.reveal(town, person.pk, "核查", NOW)
    actions.reveal(town, person.pk, "核查", NOW)
    assert not inbox(administrator).exists()
    actions.reveal(town, other.pk, "核查", NOW)
    notice = inbox(administrator).get()
    assert (notice.template, notice.params["count"]) == ("people.looked_widely", 2)
