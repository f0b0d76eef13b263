"""Reading an instrument's result file, and judging each well. Pure.

The file has one row for each well and target, with the cycle at which its signal rose (Ct, Cq), or none. Two targets
below the cut-off make a positive; a single one, or an internal control that did not rise, is to be repeated.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gridward.lines.testing.rules import Verdict

HEADS = {
    "well": ("well position", "well", "position", "孔位", "孔", "反应孔"),
    "sample": ("sample", "sample name", "样本", "样本名称", "样本编号", "管号"),
    "target": ("target", "target name", "detector", "靶标", "基因", "目标基因", "通道"),
    "ct": ("cq", "ct", "cт", "ct值", "cq值"),
}
CONTROLS = ("ms2", "rnase p", "rnasep", "rp", "ic", "内标", "内参", "actb", "β-actin")
PLATE_CONTROLS = (
    (("positive control", "postive control", "阳性对照", "阳性质控"), Verdict.POSITIVE),
    (("negative control", "no template", "ntc", "阴性对照", "阴性质控", "空白对照"), Verdict.NEGATIVE),
)
"""Wells of a plate that hold no tube, by words in their sample's name; one is as a real laboratory spells it."""
NO_SIGNAL = ("", "undetermined", "undet", "noct", "no ct", "n/a", "na", "nan", "-", "未检出", "无")
MOST_CT = 60.0
HEAD_ROWS = 60
"""Instruments write about themselves first; the head is looked for among so many rows."""
_WELL = re.compile(r"([A-P])0?([1-9]|1\d|2[0-4])").fullmatch


class BadFile(Exception):
    """A row that breaks the form; `row` counts from 1 as the file shows it, `reason` is a stable code."""

    def __init__(self, row: int, field: str, reason: str) -> None:
        self.row, self.field, self.reason = row, field, reason
        super().__init__(f"{row} {field} {reason}")


@dataclass
class Well:
    """What the file says of one well; Ct None where nothing rose."""

    well: str
    row: int
    sample: str = ""
    ct: dict[str, float | None] = field(default_factory=dict)


def read_wells(rows: Iterable[Sequence[Any]]) -> list[Well]:
    """The wells of a result file in the order they come.

    Raises: BadFile — `no_head`, `no_rows`, `well`, `target`, `ct`, `target_twice`, `two_samples`.
    """
    columns: dict[str, int] | None = None
    wells: dict[str, Well] = {}
    number = 0
    for number, row in enumerate(rows, start=1):
        cells = ["" if cell is None else str(cell).strip() for cell in row]
        if columns is None:
            columns = _columns(cells)
            if columns is None and number >= HEAD_ROWS:
                break
        elif any(cells):
            _take(wells, number, {name: cells[at] if at < len(cells) else "" for name, at in columns.items()})
    if columns is None:
        raise BadFile(max(number, 1), "well, target, Ct", "no_head")
    if not wells:
        raise BadFile(number, "well", "no_rows")
    return list(wells.values())


def _columns(cells: Sequence[str]) -> dict[str, int] | None:
    said = [cell.lower() for cell in cells]
    found = {}
    for name, heads in HEADS.items():
        at = next((said.index(head) for head in heads if head in said), None)
        if at is None and name != "sample":
            return None
        if at is not None:
            found[name] = at
    return found


def _take(wells: dict[str, Well], number: int, row: Mapping[str, str]) -> None:
    matched = _WELL(row["well"].upper())
    if matched is None:
        raise BadFile(number, row["well"] or "well", "well")
    well = wells.setdefault(f"{matched[1]}{int(matched[2])}", Well(f"{matched[1]}{int(matched[2])}", number))
    if not row["target"]:
        raise BadFile(number, "target", "target")
    if row["target"] in well.ct:
        raise BadFile(number, row["target"], "target_twice")
    sample = row.get("sample", "")
    if well.ct and sample != well.sample:
        raise BadFile(number, sample, "two_samples")
    well.sample = sample
    well.ct[row["target"]] = _ct(number, row["ct"])


def _ct(number: int, text: str) -> float | None:
    if text.lower() in NO_SIGNAL:
        return None
    try:
        value = float(text)
    except ValueError as wrong:
        raise BadFile(number, text, "ct") from wrong
    if not 0.0 < value <= MOST_CT:
        raise BadFile(number, text, "ct")
    return value


def judge(ct: Mapping[str, float | None], cutoff_ct: float) -> Verdict:
    """What a well says: by its targets up to the cut-off, and its control.

    Parameters: ct — by target, None where nothing rose; targets named in `CONTROLS` are controls.
    """
    controls = [value for target, value in ct.items() if target.lower() in CONTROLS]
    targets = [value for target, value in ct.items() if target.lower() not in CONTROLS]
    risen = sum(value is not None and value <= cutoff_ct for value in targets)
    if risen >= min(2, len(targets)) and targets:
        return Verdict.POSITIVE
    if risen or not targets or any(value is None for value in controls):
        return Verdict.INVALID
    return Verdict.NEGATIVE


def control_of(sample: str) -> Verdict | None:
    """What a plate's own control must say; None where the sample is no control."""
    said = sample.lower()
    return next((verdict for words, verdict in PLATE_CONTROLS if any(word in said for word in words)), None)


def wells_of(count: int, size: int) -> list[str]:
    """The first wells of a plate, down each column: A1, B1 … H1, A2.

    Parameters: size — 96 or 384.
    Raises: ValueError if the plate has fewer.
    """
    rows = 8 if size <= 96 else 16
    if count > size:
        raise ValueError(count)
    return [f"{chr(ord('A') + at % rows)}{at // rows + 1}" for at in range(count)]
