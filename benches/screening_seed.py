"""A whole district about to be screened: its people, a round with its points, and collectors with enrolled phones."""

from __future__ import annotations

import hashlib
from typing import Any

COMMUNITIES = 300
NAMED = 5
"""Communities whose people carry names, as sealed as real ones: for those whose lists are fetched."""


def token_of(number: int) -> str:
    """The token of a collector's phone."""
    return f"screening-bench-{number}"


def person_id(number: int) -> str:
    """The id of a person by number: sorted by time as real ones are."""
    return f"01890000-0000-7000-8000-{number:012x}"


def seed(people: int, collectors: int) -> dict[str, Any]:
    """Fill an empty database; returns what the load has to know.

    Parameters: people — residents, spread over 300 communities; collectors — each samples in one community.
    """
    from datetime import timedelta

    from benches.hotline import _places
    from gridward.kernel import clock
    from gridward.kernel.access.actor import SYSTEM
    from gridward.kernel.address import from_code
    from gridward.kernel.incidents.actions import open_incident
    from gridward.lines.testing.actions.setting_up import load_configuration
    from gridward.lines.testing.models import Point, Round

    now = clock.now()
    district = from_code("500116")
    places = _places(district)
    incident = open_incident(SYSTEM, "演练", "Drill", "epidemic", district, now)
    load_configuration(SYSTEM, now)
    hours = {"starts_at": now - timedelta(days=30), "ends_at": now + timedelta(days=2)}
    rounds = Round.objects.bulk_create(
        Round(incident=incident, rule_id="everybody", address=district, number=at, pool_size=10, people=people,
              opened_at=now, **hours)
        for at in range(1, 6)
    )  # fmt: skip
    points = Point.objects.bulk_create(
        Point(round=made, address=place, number=1, name=f"{place}", people=people // COMMUNITIES, tables=8,
              samplers=13, opens_at=hours["starts_at"], closes_at=hours["ends_at"])
        for made in rounds for place in places
    )  # fmt: skip
    _people(places, people)
    _named(places[:NAMED])
    _collectors(places, collectors)
    _caller(district)
    return {
        "places": [str(place) for place in places],
        "rounds": [str(one.pk) for one in rounds],
        "points": [[str(one.pk) for one in points if one.round_id == made.pk] for made in rounds],
    }


def _people(places: list[int], people: int) -> None:
    from django.db import connection

    each = people // COMMUNITIES
    with connection.cursor() as query:
        query.execute(
            """
            INSERT INTO kernel_person (id, address, room, name, sex, phone, id_number, traits, note, tokens)
            SELECT ('01890000-0000-7000-8000-' || lpad(to_hex(at), 12, '0'))::uuid,
                (%s::bigint[])[at / %s + 1] + 100000 + ((at %% %s) / 60 + 1) * 100, (at %% 60)::text, '', '', '', '',
                '{}', '', '{}'
            FROM generate_series(0, %s) AS at
            """,
            [places, each, each, each * COMMUNITIES - 1],
        )
        query.execute("ANALYZE kernel_person") if getattr(connection, "is_owner", False) else None


def _collectors(places: list[int], collectors: int) -> None:
    from gridward.kernel import clock
    from gridward.kernel.access.models import Grant, User
    from gridward.kernel.ids import new_id
    from gridward.kernel.sync.models import Device

    now = clock.now()
    users = User.objects.bulk_create(User(username=f"collector-{at}") for at in range(collectors))
    Grant.objects.bulk_create(
        Grant(user=user, role="testing.sampler", address=places[at % len(places)]) for at, user in enumerate(users)
    )
    Device.objects.bulk_create(
        Device(id=new_id(now), user=user, name=user.username, address=places[at % len(places)], epoch=1, share=b"x",
               token_digest=hashlib.sha256(token_of(at).encode()).digest(), made_at=now, enrolled_at=now)
        for at, user in enumerate(users)
    )  # fmt: skip


def _named(places: list[int]) -> None:
    from django.db import connection

    from gridward.kernel.address import span
    from gridward.kernel.people.models import Person
    from gridward.kernel.secrecy.fields import Sealer

    sealer = Sealer(Person)
    for place in places:
        reach = span(place)
        keys = list(Person.objects.filter(address__gte=reach.low, address__lt=reach.high).values_list("pk", flat=True))
        names = [sealer.sealed("name", f"居民{key.int % 9973}", key, None) for key in keys]
        with connection.cursor() as query:
            query.execute(
                "UPDATE kernel_person SET name = told.name FROM unnest(%s::uuid[], %s::bytea[]) AS told(id, name) "
                "WHERE kernel_person.id = told.id",
                [keys, names],
            )


def _caller(district: int) -> None:
    """Somebody who logs needs meanwhile."""
    from benches.web_load import KEY
    from gridward.kernel import clock
    from gridward.kernel.access.actor import SYSTEM
    from gridward.kernel.access.models import Grant, User
    from gridward.lines.hotline.actions import issue_key, load_categories

    now = clock.now()
    load_categories(SYSTEM, now=now)
    account = User.objects.create(username="bench")
    Grant.objects.create(user=account, role="dispatcher", address=district)
    issue_key(SYSTEM, "bench", KEY, now, account.pk)
