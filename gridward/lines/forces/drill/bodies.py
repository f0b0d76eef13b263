"""Made-up organisations, branches and teams, as many as the page tells of, and who belongs to which.

The page counts 80 and more organisations that take part, 39 temporary and 16 estate branches, and more than 1,000
teams; their names, leaders and dates are made up.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
from django.db import connection

from gridward.kernel.address import Level, at_level
from gridward.kernel.clock import local_day
from gridward.kernel.drills import Community, Ground
from gridward.kernel.ids import new_id
from gridward.kernel.orgs.models import Organisation
from gridward.kernel.search import name_tokens
from gridward.lines.forces.models import Team

ORGANISATIONS, TEMPORARY, ESTATE, TEAMS_A_COMMUNITY = 84, 39, 16, 3.5
_OFFICES = (
    "区发展改革委", "区财政局", "区人力社保局", "区规划自然资源局", "区住房城乡建委", "区农业农村委", "区文化旅游委",
    "区审计局", "区市场监管局", "区统计局", "区税务局", "区气象局", "区林业局", "区生态环境局", "区退役军人事务局",
    "团区委", "区妇联", "区总工会", "区科协", "区残联", "区红十字会", "区工商联", "区供销社", "区档案馆", "区委党校",
)  # fmt: skip
_FAMILY = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
_KINDS = Team.Kind


def make_bodies(ground: Ground, now: datetime) -> None:
    """Organisations that take part, branches and teams at their places, and their members among the pool."""
    rng = np.random.default_rng([ground.seed, 51])
    _make_organisations(ground)
    Team.objects.bulk_create(_teams(ground, rng, now), batch_size=1000)
    with connection.cursor() as query:
        query.execute(_BELONG, {"incident": ground.incident_id})
        query.execute(_JOIN, {"incident": ground.incident_id})
        query.execute(_SERVE, {"incident": ground.incident_id})


def _make_organisations(ground: Ground) -> None:
    """Offices, then schools, until as many take part as on the page; fewer in a smaller district."""
    district = at_level(ground.communities[0].address, Level.DISTRICT)
    known = Organisation.objects.filter(kind="department").count()
    wanted = max(12, round(ORGANISATIONS * min(1.0, ground.scale**0.5))) - known
    names = [*_OFFICES, *(f"第{number}中小学校联合党委" for number in range(1, ORGANISATIONS))][: max(0, wanted)]
    Organisation.objects.bulk_create(
        Organisation(id=new_id(), kind="department", name=name, address=district, tokens=list(name_tokens(name)))
        for name in names
    )


def _teams(ground: Ground, rng: np.random.Generator, now: datetime) -> list[Team]:
    share = min(1.0, ground.scale**0.5)
    order = [ground.communities[at] for at in rng.permutation(len(ground.communities))]
    found = [_team(one, _KINDS.BRANCH, f"{short(one)}党支部", rng, now, days=2000) for one in order]
    found += [
        _team(one, _KINDS.TEMPORARY_BRANCH, f"{short(one)}临时党支部", rng, now)
        for one in order[: max(2, round(TEMPORARY * share))]
    ]
    housed = [one for one in order if one.estates]
    for one in housed[: max(1, round(ESTATE * share))]:
        team = _team(one, _KINDS.ESTATE_BRANCH, f"{short(one)}小区党支部", rng, now, days=400)
        team.address = one.estates[0]
        found.append(team)
    for one in order:
        found.append(_team(one, _KINDS.VANGUARD, f"{short(one)}党员突击队", rng, now))
        more = TEAMS_A_COMMUNITY - 1 + float(rng.normal(0, 0.7))
        for number in range(1, max(1, round(more)) + 1):
            found.append(_team(one, _KINDS.VOLUNTEERS, f"{short(one)}志愿服务{number}队", rng, now))
    return found


def short(one: Community) -> str:
    """A community's name as people say it."""
    return one.name.removesuffix("居民委员会").removesuffix("村民委员会")


def _team(one: Community, kind: str, name: str, rng: np.random.Generator, now: datetime, days: int = 12) -> Team:
    leader = _FAMILY[int(rng.integers(len(_FAMILY)))] + ("书记" if "党支部" in name else "队长")
    return Team(
        id=new_id(now),
        kind=kind,
        name=name,
        address=one.address,
        latitude=one.latitude,
        longitude=one.longitude,
        leader=leader,
        phone=f"1990000{int(rng.integers(10000)):04d}",
        founded_on=local_day(now) - timedelta(days=int(rng.integers(3, days + 1))),
        tokens=list(name_tokens(name)),
    )


# Cadres, teachers and medical staff belong to a department each, teams to the departments of their people by turns.
_BELONG = """
    WITH office AS (SELECT id, row_number() OVER (ORDER BY id) - 1 AS number, count(*) OVER () AS every
                    FROM kernel_organisation WHERE kind = 'department'),
         member AS (SELECT id, row_number() OVER (ORDER BY id) AS number FROM forces_volunteer
                    WHERE incident_id = %(incident)s AND kind IN ('cadre', 'teacher', 'medical')),
         put AS (UPDATE forces_volunteer AS v SET organisation_id = office.id FROM member, office
                 WHERE v.id = member.id AND office.number = member.number %% office.every),
         vanguard AS (SELECT id, row_number() OVER (ORDER BY id) AS number FROM forces_team
                      WHERE kind IN ('vanguard', 'temporary_branch'))
    UPDATE forces_team AS t SET organisation_id = office.id FROM vanguard, office
    WHERE t.id = vanguard.id AND office.number = vanguard.number %% office.every
"""

# Everybody stands in a team of their community by turns: cadres in the vanguard, the others among the volunteers.
_JOIN = """
    WITH team AS (SELECT id, address - address %% 10000000 AS place, kind = 'vanguard' AS front,
                         row_number() OVER (PARTITION BY address - address %% 10000000, kind ORDER BY id) - 1 AS number,
                         count(*) OVER (PARTITION BY address - address %% 10000000, kind) AS every
                  FROM forces_team WHERE kind IN ('vanguard', 'volunteers')),
         member AS (SELECT id, address - address %% 10000000 AS place, kind = 'cadre' AS front,
                           row_number() OVER (PARTITION BY address - address %% 10000000, kind = 'cadre' ORDER BY id)
                               AS number
                    FROM forces_volunteer WHERE incident_id = %(incident)s)
    UPDATE forces_volunteer AS v SET team_id = team.id FROM member, team
    WHERE v.id = member.id AND team.place = member.place AND team.front = member.front
      AND team.number = member.number %% team.every
"""

# Cadres serve where they live, under the orders of that community.
_SERVE = """
    UPDATE forces_volunteer SET serving_at = address - address %% 10000000
    WHERE incident_id = %(incident)s AND kind = 'cadre'
"""
