"""What every answer carries, whatever the page: for the browser's caches, and for the house's log."""

from __future__ import annotations

import logging
from typing import Any


def test_what_a_signed_in_reader_gets_is_kept_nowhere(signed_in: Any) -> None:
    answer = signed_in("hq").get("/needs/")
    assert "no-store" in answer["Cache-Control"] and "private" in answer["Cache-Control"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Type"] == "text/html; charset=utf-8"


def test_signing_out_clears_the_browsers_cache_and_nothing_else_does(signed_in: Any) -> None:
    client = signed_in("hq")
    assert "Clear-Site-Data" not in client.get("/needs/")
    assert client.post("/sign-out/")["Clear-Site-Data"] == '"cache"'


def test_a_refusal_is_logged_with_who_and_what_but_not_what_was_sent(signed_in: Any, caplog: Any) -> None:
    client = signed_in("crew")
    with caplog.at_level(logging.WARNING, "gridward.web"):
        assert client.get("/hotline/desk/caller?phone=13800000001").status_code == 403
    line = next(one.getMessage() for one in caplog.records if one.name == "gridward.web")
    assert "GET hotline/desk/caller" in line and "needs.log" in line
    assert "13800000001" not in line
