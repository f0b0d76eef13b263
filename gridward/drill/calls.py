"""A made-up day at the hotline: who calls when, from where, in which words, and how it goes on. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

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


MANNERS = (
    Manner(
        "medical_emergency",
        3,
        1,
        45,
        ("{who}突然胸痛，出冷汗，需要救护车", "{who}在家摔倒了，站不起来", "{who}高烧不退，人有点糊涂"),
    ),
    Manner(
        "prenatal",
        3,
        1,
        90,
        ("孕{weeks}周，今天约了产检，小区出不去", "{who}快生了，肚子一阵一阵痛", "孕妇产检需要车接送"),
    ),
    Manner(
        "dialysis",
        5,
        1,
        240,
        ("{who}要去医院做透析，每周三次，今天上午", "血透病人，需要轮椅和车，家在{floor}楼", "透析完了没有车回家"),
    ),
    Manner("surgery", 1.5, 1, 150, ("{who}明天手术，医院通知今天入院", "化疗时间到了，需要送诊")),
    Manner(
        "medicine",
        16,
        0.9,
        50,
        ("{who}的降压药只剩两天了", "糖尿病，胰岛素用完了，请帮忙买药", "处方药医院已开好，没人去取"),
    ),
    Manner(
        "food",
        14,
        0.85,
        55,
        ("家里没有菜了，订的蔬菜包还没到", "孩子的奶粉快没了", "送来的菜少了一份", "独居老人家里没米了"),
    ),
    Manner(
        "utilities",
        8,
        0.9,
        70,
        ("{floor}楼停电了，整个单元都没电", "水管爆了，厨房都是水", "天然气打不着火", "网络断了，孩子上不了网课"),
    ),
    Manner("elevator", 2, 1, 60, ("电梯停在{floor}楼，里面有人", "电梯坏了，老人下不了楼")),
    Manner("noise_dispute", 3, 0.6, 30, ("楼上半夜还在吵", "排队做核酸有人插队吵起来了")),
    Manner("entry_permit", 9, 0.15, 20, ("外地回来，小区不让进", "下班回家被拦在卡口", "通行证过期了怎么办")),
    Manner(
        "isolation_question",
        11,
        0.1,
        15,
        ("健康码变黄了，要不要去做核酸", "同楼有密接，我们要隔离几天", "核酸结果两天没出来"),
    ),
    Manner("transport_home", 4, 1, 60, ("出院了没有车回家", "在火车站，没有车去{place}", "隔离期满，请安排返家")),
    Manner(
        "elder_care", 5, 0.9, 40, ("独居老人两天没接电话，请上门看看", "老人一个人在家，没人做饭", "瘫痪老人需要换尿管")
    ),
    Manner("child_care", 2, 0.8, 60, ("父母都隔离了，孩子一个人在家", "孩子没人照看，我在医院上班")),
    Manner("mental_distress", 3, 0.3, 35, ("关在家里很多天，睡不着，心里很难受", "{who}情绪不好，不愿吃饭")),
    Manner("report_violation", 3.5, 0.5, 25, ("有人翻围挡出小区", "麻将馆还在开门", "有人不戴口罩在楼道聚集")),
    Manner("refund_contract", 3, 0.05, 15, ("健身房关门不退钱", "封控期间房东要赶我走", "公司不发工资怎么办")),
    Manner("other", 4, 0.3, 25, ("想咨询一下什么时候解封", "垃圾三天没人收了", "想当志愿者怎么报名")),
)
_WHO = ("老人", "父亲", "母亲", "我爱人", "邻居", "孩子", "奶奶", "爷爷", "租户")


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
    sentence = manner.sentences[int(rng.integers(len(manner.sentences)))]
    return sentence.format(
        who=_WHO[int(rng.integers(len(_WHO)))],
        weeks=int(rng.integers(12, 41)),
        floor=int(rng.integers(1, 19)),
        place="几江街道",
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
