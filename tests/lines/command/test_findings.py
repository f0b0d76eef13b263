"""Suggestions on labelled findings: the half that the least likeness was not set on holds the bars."""

from __future__ import annotations

from benches.findings import halves, measured, rows
from gridward.lines.command.rules import LIKE_ENOUGH, terms_of


def test_suggestions_hold_their_bars_on_findings_the_threshold_was_not_set_on() -> None:
    first, second = halves()
    assert len(rows()) == 300
    assert not {group for group, _words in first} & {group for group, _words in second}
    found = measured(second, LIKE_ENOUGH, orders=2)
    assert found["precision"] >= 0.9 and found["recall"] >= 0.6, found


def test_words_of_the_trade_are_one_thing_a_line_and_remarks_are_left_out() -> None:
    assert terms_of("# 例\n垃圾 厨余 垃圾\n\n口罩 N95\n") == (("垃圾", "厨余"), ("口罩", "N95"))
