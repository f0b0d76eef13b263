"""Likeness of short texts: how they are read, what is offered and why, and that nothing is merged unasked."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benches.engine.similar import METHODS, READING, REQUESTS, made_up, rates, real_requests
from gridward.engine.problems import BadInput
from gridward.engine.similar import LEAST_ALIKE, Book, Reading, proposed

BINS = "3号楼门口生活垃圾没人清运"
QUEUE = "核酸采样点没有设置一米线"


def book_of(*texts, reading=None):
    book = Book(reading)
    for at, text in enumerate(texts):
        book.add(at, text)
    return book


def test_full_width_case_signs_and_numbers_make_no_difference():
    book = book_of(BINS, QUEUE, "Street Light OUT, Gate 2")
    first = book.likes("７号楼门口：生活垃圾，没人清运！")[0]
    assert (first.text, first.score) == (0, pytest.approx(1.0, abs=0.12))
    assert book.likes("ｓｔｒｅｅｔ　ｌｉｇｈｔ out (gate 9)")[0].score == pytest.approx(1.0)


def test_numbers_count_where_they_are_asked_to():
    book = book_of("B2 lift broken 12", "B2 lift broken 13", reading=Reading(digits=True))
    assert [one.text for one in book.likes("b2 lift broken 13", k=2)] == [1, 0]
    assert book_of("12", "13").likes("12") == []


def test_traditional_and_simplified_stay_different_unless_told():
    assert book_of("電梯故障").likes("电梯故障", least=0.9) == []
    told = Reading(same=(("電", "电"),))
    assert book_of("電梯故障", reading=told).likes("电梯故障", least=0.9)[0].text == 0


def test_bits_that_say_nothing_are_left_out():
    place = "几江街道通泰门社区反映"
    texts = (place + "路灯不亮", place + "蔬菜包没有送到")
    plain, told = book_of(*texts), book_of(*texts, reading=Reading(stop=(place,)))
    assert len(plain.likes(place + "下水道堵塞")) == 2
    assert told.likes(place + "下水道堵塞") == []


def test_words_taken_for_one_another_meet():
    texts = ("核酸检测排队太久", "路灯坏了")
    assert book_of(*texts).likes("采样等候时间长", least=0.2) == []
    told = Reading(same=(("核酸检测", "采样"), ("排队", "等候"), ("太久", "时间长")))
    assert book_of(*texts, reading=told).likes("采样等候时间长")[0].score == pytest.approx(1.0)


def test_the_offer_says_what_the_texts_share_and_nothing_else():
    book = book_of("垃圾房旁边没人打扫", "the street lights are out")
    like = book.likes("垃圾没人清运", least=0.1)[0]
    assert like.shared == ("垃圾", "没人")
    assert book.likes("street lamps are out")[0].shared == ("street", "are", "out")


def test_inflected_words_meet_in_their_stems():
    book = book_of("garbage bins overflowing", "gate guards sleeping")
    assert book.likes("garbage bin overflows near the gate")[0].shared == ("overflow", "garbage")


def test_the_score_is_twice_the_common_weight_over_both():
    book = book_of("甲乙", "丙丁", "甲丙")
    like = {one.text: one.score for one in book.likes("甲乙", k=3, least=0.01)}
    rare, common = np.sqrt(np.log1p(3 / 1)), np.sqrt(np.log1p(3 / 2))
    pair, single_rare, single_common = rare, 0.4 * rare, 0.4 * common
    asked = pair + single_common + single_rare
    other = pair + 2 * single_common
    assert like == {0: pytest.approx(1.0), 2: pytest.approx(2 * single_common / (asked + other))}


def test_each_group_is_offered_once_by_its_likest_text():
    book = Book()
    for text_id, text, group in (
        ("a", BINS, "rubbish"),
        ("b", "垃圾没人清运", "rubbish"),
        ("c", "垃圾房没人消毒", "x"),
    ):
        book.add(text_id, text, group)
    offers = book.likes("生活垃圾没人清运", least=0.1)
    assert [(one.group, one.text) for one in offers] == [("rubbish", "b"), ("x", "c")]
    assert len(book.likes("生活垃圾没人清运", k=5, least=0.1, each_text=True)) == 3


def test_asking_changes_nothing_and_groups_change_only_when_told():
    book = book_of(BINS, QUEUE)
    before = book.likes(BINS, least=0.01)
    book.likes("别的事情")
    assert book.likes(BINS, least=0.01) == before
    assert (book.group_of(0), book.group_of(1), len(book)) == (0, 1, 2)
    book.move(1, 0)
    assert book.group_of(1) == 0


def test_a_forgotten_text_is_never_offered_again_and_leaves_no_pieces():
    book = book_of(BINS, QUEUE, QUEUE)
    book.forget(1)
    assert book.likes(QUEUE)[0].text == 2
    book.forget(2)
    assert book.likes(QUEUE) == []
    assert not any("米" in name for name in book._rows.numbers)
    book.add(1, QUEUE)
    assert book.likes(QUEUE)[0].text == 1


def test_a_pile_is_grouped_and_a_text_between_two_groups_is_told_of():
    texts = [("a", "路灯不亮"), ("b", "下水道堵塞"), ("c", "楼下路灯不亮"), ("d", "路灯不亮,下水道堵塞")]
    proposal = proposed(texts)
    assert proposal.groups == {"a": ("a", "c"), "b": ("b", "d")}
    assert set(proposal.joins) == {"c", "d"}
    assert proposal.joins["c"].shared == ("路灯不亮",)
    assert [(one.text, {one.joined.group, one.also.group}) for one in proposal.bridges] == [("d", {"a", "b"})]


def test_empty_texts_are_like_nothing():
    book = book_of("", "  !? ", "12345", BINS)
    assert book.likes("") == book.likes("…") == []
    assert len(proposed([(1, ""), (2, "")]).groups) == 2
    assert Book().likes(BINS) == []


@pytest.mark.parametrize(
    ("call", "name", "item"),
    [
        (lambda: Book(least=0.0), "least", None),
        (lambda: Book(least=float("nan")), "least", None),
        (lambda: Book().likes("x", least=2.0), "least", None),
        (lambda: Reading(stop=("a", " ")), "stop", 1),
        (lambda: Reading(same=(("", "b"),)), "same", 0),
        (lambda: proposed([(1, "a"), (1, "b")]), "text_id", None),
        (lambda: Book().forget(7), "text_id", None),
        (lambda: Book().move(7, 1), "text_id", None),
        (lambda: Book().group_of(7), "text_id", None),
    ],
)
def test_what_is_wrong_is_named(call, name, item):
    with pytest.raises(BadInput) as refused:
        call()
    assert (refused.value.array, refused.value.item) == (name, item)


SHORT = st.text(alphabet="垃圾没人清运路灯坏了楼 ab", max_size=9)


def slowly(book, texts, asked):
    """Every score written down afresh, one text after the other, from the book's own weights."""
    rows, scores = book._rows, {}
    weights = dict(zip(rows.names, rows.weight.values.tolist(), strict=True))

    def weighed(text):
        pieces = {piece.name: piece.counts for piece in READING.pieces(READING.normal(text))}
        fresh = float(np.sqrt(np.log1p(rows.counted)))
        return {name: weights[name] if name in rows.numbers else counts * fresh for name, counts in pieces.items()}

    mine = weighed(asked)
    for at, text in enumerate(texts):
        other = weighed(text)
        common = sum(weight for name, weight in mine.items() if name in other)
        if common > 0:
            scores[at] = 2 * common / (sum(mine.values()) + sum(other.values()))
    return scores


@settings(max_examples=150, deadline=None)
@given(st.lists(SHORT, max_size=25), SHORT, st.floats(0.05, 1.0))
def test_no_like_text_is_missed_and_none_is_offered_below_the_least(texts, asked, least):
    book = book_of(*texts, reading=READING)
    expected = {at: score for at, score in slowly(book, texts, asked).items() if score >= least - 1e-9}
    likes = book.likes(asked, k=100, least=least, each_text=True)
    found = {one.text: one.score for one in likes}
    assert {at for at, score in expected.items() if score > least + 1e-9} <= set(found) <= set(expected)
    assert all(score == pytest.approx(expected[at]) for at, score in found.items())
    assert [round(one.score, 8) for one in likes] == sorted((round(score, 8) for score in found.values()), reverse=True)
    assert [one.text for one in book.likes(asked, k=2, least=least, each_text=True)] == [one.text for one in likes[:2]]


@settings(max_examples=60, deadline=None)
@given(st.lists(SHORT, max_size=20), st.lists(st.integers(0, 19), unique=True, max_size=10), SHORT)
def test_forgetting_is_as_if_it_had_never_been_there_but_for_the_weights(texts, gone, asked):
    book, again = book_of(*texts), book_of(*texts)
    gone = [at for at in gone if at < len(texts)]
    for one in (book, again):
        for at in gone:
            one.forget(at)
    likes = book.likes(asked, k=50, least=0.05, each_text=True)
    assert likes == again.likes(asked, k=50, least=0.05, each_text=True)
    assert not {one.text for one in likes} & set(gone)
    plain = book_of(*[text for at, text in enumerate(texts) if at not in gone])
    assert len(plain.likes(asked, k=50, least=0.05, each_text=True)) <= len(texts) - len(gone)
    assert set(book._rows.numbers) == set(plain._rows.numbers)


@settings(max_examples=60, deadline=None)
@given(st.lists(SHORT, max_size=20))
def test_a_proposal_holds_every_text_once_and_repeats(texts):
    named = list(enumerate(texts))
    proposal = proposed(named)
    assert sorted(text for group in proposal.groups.values() for text in group) == list(range(len(texts)))
    assert all(group[0] == name for name, group in proposal.groups.items())
    assert all(like.score >= LEAST_ALIKE for like in proposal.joins.values())
    assert proposal == proposed(named)


def test_suggestions_on_troubles_the_threshold_never_saw_are_right():
    given_texts = made_up(11, 300, 1)
    precision, recall = rates(given_texts, METHODS["ours"](given_texts.texts), LEAST_ALIKE)
    assert precision >= 0.9
    assert recall >= 0.6


@pytest.mark.skipif(not REQUESTS.exists(), reason="no shared data: real service requests")
def test_titles_of_real_requests_find_their_type():
    titles = real_requests(1, 400)
    precision, recall = rates(titles, METHODS["ours"](titles.texts), LEAST_ALIKE)
    assert precision >= 0.7
    assert recall >= 0.7


def test_words_of_a_trade_meet_whatever_says_them_and_are_shown_by_their_name():
    reading = Reading(terms=(("未清运", "没人清", "清运不及时"), ("垃圾", "厨余")))
    book = Book(reading, 0.3)
    book.add("a", "3号楼垃圾没人清")
    [like] = book.likes("厨余清运不及时")
    assert like.score > 0.5 and set(like.shared) >= {"未清运", "垃圾"}
    assert Book(least=0.3).likes("厨余清运不及时") == []
    assert reading.normal("垃圾，没人清") == reading.normal("厨余！清运不及时")
