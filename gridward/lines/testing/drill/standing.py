"""What the line stands on before the day: rules, laboratories with lent staff and shifts, teams, gifts, accounts."""

from __future__ import annotations

from datetime import datetime, timedelta

from gridward.kernel import clock
from gridward.kernel.address import Level, at_level
from gridward.kernel.drills import Ground, Login
from gridward.kernel.ids import new_id
from gridward.kernel.orgs.models import Organisation
from gridward.kernel.resources.models import Resource
from gridward.lines.testing.actions.setting_up import install
from gridward.lines.testing.models import Gift, Instrument, Laboratory, LentStaff, Shift

INSTITUTIONS, STAFF = 24, 41
"""As many as the source page tells of; who they are is made up."""
LABORATORIES = (("方舱实验室", True, 3, 282), ("区疾控中心实验室", False, 2, 188), ("区人民医院实验室", False, 2, 188))
TASKS = ("样本接收", "核酸提取", "扩增检测", "结果审核")
SHIFTS_H = ((0, 8), (8, 16), (16, 24))
GIFTS = (
    ("江津区某商会", "方便食品、饮用水", 1_280_000),
    ("某花椒企业", "保暖衣物", 560_000),
    ("热心市民", "水果", 230_000),
)


def logins(ground: Ground) -> list[Login]:
    """One account for each of the line's roles, and a second reader for the bench."""
    first = ground.communities[0]
    district = at_level(first.address, Level.DISTRICT)
    return [
        Login("testing", "testing.desk", district, "核酸检测专班"),
        Login("sampler", "testing.sampler", first.address, f"{first.name}采样员"),
        Login("courier-samples", "testing.courier", at_level(first.address, Level.TOWN), "样本转运员"),
        Login("laboratory", "testing.laboratory", district, "检验员甲"),
        Login("laboratory2", "testing.laboratory", district, "检验员乙"),
    ]


def furnish(ground: Ground, now: datetime) -> None:
    """The example's rules, three laboratories, 24 institutions that lend 41 people, shifts, gifts, a team a town."""
    install(now)
    made = [_laboratory(ground, at, *told) for at, told in enumerate(LABORATORIES)]
    _lend(made[0], now)
    Gift.objects.bulk_create(
        Gift(
            id=new_id(now), incident_id=ground.incident_id, laboratory=made[0], address=made[0].address, giver=giver,
            what=what, worth_fen=worth, at=now - timedelta(days=2),
        )
        for giver, what, worth in GIFTS
    )  # fmt: skip
    towns = {at_level(one.address, Level.TOWN): one for one in reversed(ground.communities)}
    Resource.objects.bulk_create(
        Resource(kind="testing.team", name=f"{one.name}流动采样队", address=town, exclusive=False, duty_until=None)
        for town, one in sorted(towns.items())
    )


def _laboratory(ground: Ground, at: int, name: str, mobile: bool, instruments: int, per_h: int) -> Laboratory:
    place = ground.communities[at * (len(ground.communities) // len(LABORATORIES))]
    made = Laboratory.objects.create(
        name=name, address=place.address, mobile=mobile, setup_h=0.5, run_h=1.5, latitude=place.latitude,
        longitude=place.longitude,
    )  # fmt: skip
    Instrument.objects.bulk_create(
        Instrument(
            laboratory=made, address=made.address, name=f"{number}号扩增仪", wells=96, tubes_per_h=per_h // instruments
        )
        for number in range(1, instruments + 1)
    )
    return made


def _lend(laboratory: Laboratory, now: datetime) -> None:
    """Every institution lends one or two; they work around the clock in three shifts, today and tomorrow."""
    institutions = [
        Organisation(kind="hospital", name=f"外援检测机构{at:02d}（演练）", address=laboratory.address)
        for at in range(1, INSTITUTIONS + 1)
    ]
    Organisation.objects.bulk_create(institutions)
    since = clock.local_day(now) - timedelta(days=20)
    staff = [
        LentStaff(
            id=new_id(now), laboratory=laboratory, institution=institutions[at % INSTITUTIONS],
            address=laboratory.address, name=f"检验员{at + 1:02d}", task=TASKS[at % len(TASKS)], since=since,
        )
        for at in range(STAFF)
    ]  # fmt: skip
    LentStaff.objects.bulk_create(staff)
    midnight, _end = clock.day_bounds(clock.local_day(now))
    Shift.objects.bulk_create(
        Shift(
            staff=one, address=one.address, starts_at=midnight + timedelta(days=day, hours=SHIFTS_H[at % 3][0]),
            ends_at=midnight + timedelta(days=day, hours=SHIFTS_H[at % 3][1]),
        )
        for at, one in enumerate(staff)
        for day in (-1, 0, 1)
    )  # fmt: skip
