"""Reading a laboratory's list of results: one row for each tube, its number and what was found. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from gridward.lines.testing.rules import Verdict
from gridward.lines.testing.rules.instrument import HEAD_ROWS, BadFile

CODE_HEADS = ("accession_number", "tube", "tube code", "管号", "采样管", "采样管编号", "混管编号")
RESULT_HEADS = ("test_result", "result", "结果", "检测结果")
MEANINGS: Mapping[str, Verdict] = {
    **dict.fromkeys(("detected", "positive", "pos", "260373001", "阳性", "阳"), Verdict.POSITIVE),
    **dict.fromkeys(("not detected", "negative", "neg", "260415000", "阴性", "阴"), Verdict.NEGATIVE),
    **dict.fromkeys(("invalid", "invalid result", "inconclusive", "419984006", "复检", "无效"), Verdict.INVALID),
}


def read_list(rows: Iterable[Sequence[Any]]) -> dict[str, tuple[Verdict, int]]:
    """What a list says of each tube, and in which row it says so first; a row repeated word for word counts once.

    Raises: BadFile — `no_head`, `no_rows`, `no_code`, `verdict`, `two_results`.
    """
    columns: tuple[int, int] | None = None
    found: dict[str, tuple[Verdict, int]] = {}
    number = 0
    for number, row in enumerate(rows, start=1):
        cells = ["" if cell is None else str(cell).strip() for cell in row]
        if columns is None:
            columns = _columns([cell.lower() for cell in cells])
            if columns is None and number >= HEAD_ROWS:
                break
        elif any(cells):
            code, said = (cells[at] if at < len(cells) else "" for at in columns)
            _take(found, number, code.upper(), said)
    if columns is None:
        raise BadFile(max(number, 1), "tube, result", "no_head")
    if not found:
        raise BadFile(number, "tube", "no_rows")
    return found


def _columns(cells: Sequence[str]) -> tuple[int, int] | None:
    at = [next((cells.index(head) for head in heads if head in cells), -1) for heads in (CODE_HEADS, RESULT_HEADS)]
    return (at[0], at[1]) if min(at) >= 0 else None


def _take(found: dict[str, tuple[Verdict, int]], number: int, code: str, said: str) -> None:
    if not code:
        raise BadFile(number, "tube", "no_code")
    verdict = MEANINGS.get(said.lower())
    if verdict is None:
        raise BadFile(number, said or "result", "verdict")
    known = found.setdefault(code, (verdict, number))
    if known[0] != verdict:
        raise BadFile(number, code, "two_results")
