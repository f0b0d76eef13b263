"""Made-up names, phones and ID numbers, none of which can belong to anybody.

Phones lie in one block, 1990…, so that they are known at sight; a drill sends nothing to residents' phones.
ID numbers carry division codes from 999999 down, which are not issued, and a true check digit. Surnames are the
most frequent ones in China, their shares falling by rank; given names are put together from characters of ours.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

import numpy as np
from numpy.typing import NDArray

_SURNAMES = (
    "王李张刘陈杨黄赵周吴徐孙马朱胡郭何林罗高郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔"
    "谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向汤"
)
_MALE = "伟强磊军勇杰涛超明刚平辉鹏华飞鑫波斌宇浩凯健俊帆旭宁龙林洋东海峰建国志文德庆贵福光荣"
_FEMALE = "芳娜敏静丽艳娟霞秀燕玲桂英萍红玉兰梅琴云洁莉雪慧婷颖佳琳欣怡蓉菊凤翠莲淑珍素碧"
_FIRST_DAY = date(1900, 1, 1)
NO_DIVISION = 999999
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def names(household: NDArray[np.int64], rank: NDArray[np.int64], male: NDArray[np.bool_], seed: int) -> list[str]:
    """A name each: children and elders carry the surname of their household's head, spouses their own.

    Frequent characters make frequent names, so that many people share one, as they do.
    """
    first, people = int(household[0]), len(household)
    rng = np.random.default_rng([seed, 11, first])
    of_house = _pick(_SURNAMES, int(household[-1]) - first + 1, rng, flat=4)[household - first]
    surname = np.where(rank == 1, _pick(_SURNAMES, people, rng, flat=4), of_house)
    given = np.where(male, _pick(_MALE, people, rng), _pick(_FEMALE, people, rng))
    second = np.where(male, _pick(_MALE[:24], people, rng), _pick(_FEMALE[:24], people, rng))
    middle = np.where(rng.random(people) < 0.22, "", second)
    return np.char.add(np.char.add(surname, middle), given).tolist()


def _pick(characters: str, count: int, rng: np.random.Generator, flat: float = 2) -> NDArray[np.str_]:
    shares = 1.0 / (np.arange(len(characters)) + flat)
    return rng.choice(list(characters), count, p=shares / shares.sum())


def birthdays(age: NDArray[np.float64], today: date) -> list[date]:
    """The day of birth of each age in years."""
    days = (today - _FIRST_DAY).days - (age * 365.2425).astype(np.int64)
    return [_FIRST_DAY + timedelta(days=int(day)) for day in days]


def id_number(born_on: date, serial: int, *, male: bool) -> str:
    """An ID number of nobody: a division that is not issued, the birthday, a serial, a check digit.

    Parameters: serial — counts those born on the day of one sex, from 0; the last digit of the number's own serial
        is odd for men.
    Source: GB 11643-1999.
    """
    division, nth = divmod(serial, 500)
    prefix, weight = _of_day(born_on, NO_DIVISION - division)
    own = f"{2 * nth + male:03d}"
    return prefix + own + "10X98765432"[(weight + _weighted(own, _WEIGHTS[14:])) % 11]


@cache
def _of_day(born_on: date, division: int) -> tuple[str, int]:
    prefix = f"{division}{born_on:%Y%m%d}"
    return prefix, _weighted(prefix, _WEIGHTS[:14])


def _weighted(digits: str, weights: tuple[int, ...]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True))


def phone(serial: int) -> str:
    """A phone number of nobody."""
    return f"199{serial:08d}"
