"""Made-up names, phones and ID numbers, none of which can belong to anybody.

Phones start with 1990, a block no network has given out; ID numbers carry the division code 999999, which is
not issued, and a true check digit. Surnames are the most frequent ones in China, roughly by their share.
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

_SURNAMES = (
    "王李张刘陈杨黄赵周吴徐孙马朱胡郭何林罗高郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔"
    "谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向汤"
)
_MALE = "伟强磊军勇杰涛超明刚平辉鹏华飞鑫波斌宇浩凯健俊帆旭宁龙林洋东海峰建国志文德庆贵福光荣"
_FEMALE = "芳娜敏静丽艳娟霞秀燕玲桂英萍红玉兰梅琴云洁莉雪慧婷颖佳琳欣怡蓉菊凤翠莲淑珍素碧"
_FIRST_DAY = date(1900, 1, 1)
ID_DIVISION = "999999"


def names(household: NDArray[np.int64], rank: NDArray[np.int64], male: NDArray[np.bool_], seed: int) -> list[str]:
    """A name each: children and elders carry the surname of their household's head, spouses their own."""
    rng = np.random.default_rng([seed, 11, int(household[0])])
    surnames = np.array(list(_SURNAMES))
    shares = 1.0 / (np.arange(len(surnames)) + 4.0)
    shares /= shares.sum()
    first = int(household[0])
    of_house = rng.choice(surnames, int(household[-1]) - first + 1, p=shares)[household - first]
    own = rng.choice(surnames, len(household), p=shares)
    surname = np.where(rank == 1, own, of_house)
    given = np.where(male, rng.choice(list(_MALE), len(male)), rng.choice(list(_FEMALE), len(male)))
    second = np.where(male, rng.choice(list(_MALE[:24]), len(male)), rng.choice(list(_FEMALE[:24]), len(male)))
    single = rng.random(len(male)) < 0.22
    middle = np.where(single, "", second)
    return np.char.add(np.char.add(surname, middle), given).tolist()


def birthdays(age: NDArray[np.float64], today: date) -> list[date]:
    """The day of birth of each age in years."""
    days = (today - _FIRST_DAY).days - (age * 365.2425).astype(np.int64)
    return [_FIRST_DAY + timedelta(days=int(day)) for day in days]


def id_number(born_on: date, serial: int) -> str:
    """An ID number of nobody: division 999999, the birthday, a serial, and the check digit of GB 11643-1999.

    The serial reaches over 999 by borrowing letters of no meaning, so that every made-up person has their own.
    """
    body = f"{ID_DIVISION}{born_on:%Y%m%d}{serial % 1000:03d}"
    weighted = sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS_17, strict=True))
    tail = "10X98765432"[weighted % 11]
    return body + tail if serial < 1000 else f"{body}{tail}-{serial // 1000}"


_WEIGHTS_17 = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def phone(serial: int) -> str:
    """A phone number of nobody."""
    return f"199{serial:08d}"
