"""What is logged cannot be made to look like another entry."""

import json
import logging
import sys

from gridward.web.log_lines import Json, Readable

FORGED = "账号不存在\n2026-11-28 08:00:00,000 WARNING gridward.web forged\r\u2028x"


def entry(with_trace=False):
    trace = None
    if with_trace:
        try:
            raise ValueError(FORGED)
        except ValueError:
            trace = sys.exc_info()
    return logging.LogRecord("gridward.web", logging.WARNING, __file__, 1, "refused: %s", (FORGED,), trace)


def test_only_the_first_line_of_a_readable_entry_begins_at_the_margin():
    for with_trace in (False, True):
        first, *rest = Readable().format(entry(with_trace)).split("\n")
        assert "WARNING gridward.web refused" in first
        assert rest and all(line.startswith("    ") for line in rest)


def test_an_entry_for_machines_is_one_line_whatever_it_says():
    line = Json().format(entry(with_trace=True))
    assert "\n" not in line and "\r" not in line
    said = json.loads(line)
    assert (said["level"], said["logger"], said["message"]) == ("WARNING", "gridward.web", f"refused: {FORGED}")
    assert "ValueError" in said["trace"]
