"""A made-up day at the hotline: who calls when, from where, in which words, and how it goes on. Pure."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

# Calls by hour of the day: quiet nights, a peak in the morning and a second one in the evening.
_HOURS = np.array([8, 6, 5, 4, 5, 9, 20, 45, 80, 95, 90, 75, 55, 50, 60, 65, 62, 60, 64, 62, 50, 36, 22, 13], float)


@dataclass(frozen=True)
class Manner:
    """How calls of one category come and go.

    `share` of all calls; `sent` share that needs somebody sent; `work_min` and `reach_min` medians in minutes.
    """

    category: str
    share: float
    sent: float
    work_min: float
    sentences: tuple[str, ...]


_SAID = tomllib.loads(Path(__file__).with_name("sentences.toml").read_text(encoding="utf-8"))


def _manner(category: str, share: float, sent: float, work_min: float) -> Manner:
    return Manner(category, share, sent, work_min, tuple(_SAID["said"][category]))


MANNERS = (
    _manner("medical_emergency", 3, 1, 45),
    _manner("prenatal", 3, 1, 90),
    _manner("dialysis", 5, 1, 240),
    _manner("surgery", 1.5, 1, 150),
    _manner("medicine", 16, 0.9, 50),
    _manner("food", 14, 0.85, 55),
    _manner("utilities", 8, 0.9, 70),
    _manner("elevator", 2, 1, 60),
    _manner("noise_dispute", 3, 0.6, 30),
    _manner("entry_permit", 9, 0.15, 20),
    _manner("isolation_question", 11, 0.1, 15),
    _manner("transport_home", 4, 1, 60),
    _manner("elder_care", 5, 0.9, 40),
    _manner("child_care", 2, 0.8, 60),
    _manner("mental_distress", 3, 0.3, 35),
    _manner("report_violation", 3.5, 0.5, 25),
    _manner("refund_contract", 3, 0.05, 15),
    _manner("other", 4, 0.3, 25),
)
_WHO = ("老人", "父亲", "母亲", "我爱人", "邻居", "孩子", "奶奶", "爷爷", "租户")
_TOWNS = ("几江", "德感", "双福", "鼎山", "圣泉", "珞璜", "白沙", "油溪", "李市", "支坪")


@dataclass(frozen=True)
class Call:
    """One made-up call: `person` is an index into the callers' list; `repeats` an earlier call of the same trouble."""

    at: datetime
    manner: Manner
    person: int
    words: str
    channel: str
    repeats: int | None


@dataclass(frozen=True)
class Course:
    """How a crew and the one who asked behave, in seconds and outcomes."""

    desk_s: float
    accept_s: float
    leave_s: float
    work_s: float
    declined: bool
    needs_somebody: bool
    ends: str
    confirms: bool
    reopens: bool
    afterwards_s: float


def calls_of(start: datetime, end: datetime, a_day: int, callers: int, rng: np.random.Generator) -> list[Call]:
    """The calls between two moments, in order of time.

    Parameters: a_day — calls of a whole day; callers — how many people may call; start — local midnight.
    """
    rate = _HOURS / _HOURS.sum() * a_day
    hours = int((end - start).total_seconds() // 3600) + 1
    moments = [
        start + timedelta(hours=hour, seconds=float(second))
        for hour in range(hours)
        for second in rng.uniform(0, 3600, int(rng.poisson(rate[hour % 24])))
    ]
    moments = sorted(moment for moment in moments if moment < end)
    return list(_calls(moments, callers, rng))


def _calls(moments: Sequence[datetime], callers: int, rng: np.random.Generator) -> Iterator[Call]:
    shares = np.array([manner.share for manner in MANNERS])
    kinds = rng.choice(len(MANNERS), len(moments), p=shares / shares.sum())
    made: list[Call] = []
    for at, kind in zip(moments, kinds, strict=True):
        channel = str(rng.choice(["phone", "web", "open311"], p=[0.74, 0.23, 0.03]))
        if len(made) > 20 and rng.random() < 0.03:
            earlier = int(rng.integers(max(0, len(made) - 40), len(made)))
            one = made[earlier]
            call = Call(at, one.manner, one.person, one.words, channel, earlier)
        else:
            manner = MANNERS[int(kind)]
            call = Call(at, manner, int(rng.integers(callers)), _sentence(manner, rng), channel, None)
        made.append(call)
        yield call


def _sentence(manner: Manner, rng: np.random.Generator) -> str:
    parts = (_SAID["openings"], manner.sentences, _SAID["endings"])
    sentence = "".join(choices[int(rng.integers(len(choices)))] for choices in parts)
    return sentence.format(
        who=_WHO[int(rng.integers(len(_WHO)))],
        weeks=int(rng.integers(12, 41)),
        floor=int(rng.integers(1, 19)),
        place=_TOWNS[int(rng.integers(len(_TOWNS)))],
    )


def course_of(manner: Manner, rng: np.random.Generator) -> Course:
    """How one need goes on: mostly well, some late, some declined, withdrawn, refused or reopened."""
    chance = rng.random(6)
    ends = "served" if chance[0] < 0.955 else "withdrawn" if chance[0] < 0.985 else "refused"
    return Course(
        desk_s=float(rng.lognormal(4.6 if chance[1] < 0.9 else 7.3, 0.6)),
        accept_s=float(rng.lognormal(4.0, 0.6)),
        leave_s=float(rng.lognormal(4.8, 0.5)),
        work_s=float(manner.work_min * 60 * rng.lognormal(0, 0.35)),
        declined=bool(chance[2] < 0.04),
        needs_somebody=bool(chance[3] < manner.sent),
        ends=ends,
        confirms=bool(chance[4] < 0.58),
        reopens=bool(chance[5] < 0.025),
        afterwards_s=float(rng.lognormal(7.5, 0.8)),
    )
