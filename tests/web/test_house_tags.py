from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.utils import translation

from gridward.kernel import clock
from gridward.web.templatetags import house

MOMENTS = ((20, "刚刚"), (12 * 60, "12 分钟前"), (3 * 3600, "3 小时前"), (2 * 86_400, "2 天前"))


@pytest.fixture(autouse=True)
def in_chinese():
    with translation.override("zh-hans"):
        yield


def need_due_in(seconds: int, state: str = "waiting") -> SimpleNamespace:
    return SimpleNamespace(state=state, due_at=clock.now() + timedelta(seconds=seconds))


@pytest.mark.parametrize(("seconds", "words"), MOMENTS)
def test_a_time_is_told_as_its_distance_with_the_exact_time_on_hover(seconds, words):
    moment = clock.now() - timedelta(seconds=seconds + 1)
    written = house.ago(moment)
    assert f">{words}</time>" in written
    assert f'title="{house.exact(moment)}"' in written


def test_a_deadline_counts_down_and_then_says_by_how_much_it_is_late():
    assert "剩 2 小时 10 分" in house.due(need_due_in(7_805))
    assert 'class="is-near"' in house.due(need_due_in(300))
    late = house.due(need_due_in(-725))
    assert "超时 12 分钟" in late
    assert 'class="is-late"' in late


def test_an_ended_need_has_no_deadline():
    assert house.due(need_due_in(300, "served")) == ""


def test_a_state_is_an_icon_and_a_word_and_late_is_told_before_it():
    waiting = house.state_of(need_due_in(300))
    assert "state-waiting" in waiting
    assert "#clock" in waiting
    assert "待派" in waiting
    assert "超时" in house.state_of(need_due_in(-1))


def test_a_course_needs_three_values_and_stays_inside_its_box():
    days = [(date(2022, 12, 1) + timedelta(days=at), value) for at, value in enumerate((1_234_567_890, None, 3, 3))]
    assert house.spark(days[:3]) == ""
    points = house.spark(days).split('points="')[1].split('"')[0]
    heights = [float(point.split(",")[1]) for point in points.split()]
    assert all(0 <= height <= 24 for height in heights)


def test_scripts_that_are_not_built_are_named_with_the_way_to_build_them(monkeypatch, tmp_path):
    monkeypatch.setattr(house, "_MANIFEST", tmp_path / "manifest.json")
    with pytest.raises(ImproperlyConfigured, match="npm run build"):
        house.vite({}, "console")


def test_the_words_of_scripts_keep_the_holes_that_scripts_fill():
    words = house.words_for_scripts()
    assert words["ago"] == "{t}前"
    assert words["hours_minutes"] == "{h} 小时 {m} 分"
    assert words["minutes"] == "{n} 分钟"


def test_figures_group_their_digits_and_a_share_short_of_all_never_reads_as_all():
    assert house.figure_value(1_234_567_890.0, "件") == "1,234,567,890 件"
    assert house.figure_value(0.92857, "%") == "92.9 %"
    assert house.figure_value(0.9998, "%") == "99.9 %"
    assert house.figure_value(1.0, "%") == "100.0 %"
    assert house.figure_value(None, "%") == "—"
