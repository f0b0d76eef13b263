"""Writing the reference district into an empty database."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from gridward.drill.district import identities
from gridward.drill.district.households import (
    DIALYSIS,
    Estate,
    People,
    estates_of,
    people_of,
    residents_of,
    traits_of,
    unit_addresses,
)
from gridward.drill.district.places import Place, divisions
from gridward.drill.loading import analyse, copy_rows, copy_text, indexes_later
from gridward.kernel.address import Level, from_code, level_of, parent, span, step
from gridward.kernel.areas.models import Area
from gridward.kernel.areas.queries import tokens_of
from gridward.kernel.clock import local_day
from gridward.kernel.people.models import Person
from gridward.kernel.search import name_tokens, number_tokens
from gridward.kernel.walls.owner import as_owner

DISTRICT = from_code("500116")
Tell = Callable[[str, int, int], None]
_AREA_COLUMNS = (
    "address", "address_end", "level", "parent", "name", "name_en", "latitude", "longitude", "outline", "residents",
    "former_names", "gone_on", "tokens",
)  # fmt: skip
_PERSON_COLUMNS = (
    "id", "address", "room", "name", "sex", "born_on", "phone", "id_number", "traits", "note", "tokens",
)  # fmt: skip


@dataclass(frozen=True)
class Settlement:
    """One community with its people's number and its estates."""

    place: Place
    residents: int
    estates: list[Estate]


def settle(scale: float, seed: int) -> tuple[list[Place], list[Settlement]]:
    """All divisions, and every community with its estates: the same for the same scale and seed."""
    places = divisions()
    communities = [place for place in places if level_of(place.address) is Level.COMMUNITY]
    rng = np.random.default_rng([seed, 1])
    counts = residents_of(communities, scale, rng)
    found = [Settlement(one, int(n), estates_of(one, int(n), rng)) for one, n in zip(communities, counts, strict=True)]
    return places, found


@as_owner()
def load_areas(places: list[Place], settlements: list[Settlement]) -> int:
    """Write the tree of areas, with the number of residents from the community up. Returns how many areas."""
    living: dict[int, int] = {}
    for one in settlements:
        for level in (Level.CITY, Level.DISTRICT, Level.TOWN, Level.COMMUNITY):
            at = one.place.address - one.place.address % step(level)
            living[at] = living.get(at, 0) + one.residents
    with indexes_later(Area):
        count = copy_rows("kernel_area", _AREA_COLUMNS, _area_rows(places, settlements, living))
    analyse("kernel_area")
    return count


def _area_rows(places: list[Place], settlements: list[Settlement], living: dict[int, int]) -> Iterator[tuple]:
    for place in places:
        outline = json.dumps(place.outline) if place.outline else None
        residents = living.get(place.address, 0)
        yield _area(place.address, place.name, place.latitude, place.longitude, residents, outline, place.name_en)
    for one in settlements:
        for estate in one.estates:
            yield _area(estate.address, estate.name, estate.latitude, estate.longitude)
            for building, units in enumerate(estate.units, start=1):
                at = estate.address + building * step(Level.BUILDING)
                spread = ((building * 7) % 13 - 6) * 0.0002, ((building * 5) % 11 - 5) * 0.0002
                where = (round(estate.latitude + spread[0], 5), round(estate.longitude + spread[1], 5))
                yield _area(at, f"{building}栋", *where)
                for unit in range(1, int(units) + 1):
                    yield _area(at + unit, f"{unit}单元", *where)


def _area(
    address: int, name: str, latitude: float, longitude: float, residents: int = 0, outline: str | None = None,
    name_en: str = "",
) -> tuple:  # fmt: skip
    return (
        address, span(address).high, int(level_of(address)), parent(address), name, name_en, latitude, longitude,
        outline, residents, [], None, tokens_of(name),
    )  # fmt: skip


@as_owner()
def load_people(settlements: list[Settlement], scale: float, seed: int, now: datetime, tell: Tell) -> int:
    """Write everybody, community by community, in one COPY. Returns how many people."""
    with indexes_later(Person):
        count = copy_text("kernel_person", _PERSON_COLUMNS, _people_lines(settlements, scale, seed, now, tell))
        tell("indexes", 0, 1)
    tell("indexes", 1, 1)
    analyse("kernel_person")
    return count


def _people_lines(settlements: list[Settlement], scale: float, seed: int, now: datetime, tell: Tell) -> Iterator[str]:
    total, done, household = sum(one.residents for one in settlements), 0, 0
    chance = min(1.0, DIALYSIS * scale / max(total, 1))
    serials: dict[object, int] = {}
    prefix = f"{int(now.timestamp() * 1000):012x}"
    for number, one in enumerate(settlements):
        rng = np.random.default_rng([seed, 2, number])
        people = people_of(unit_addresses(one.estates), one.residents, household, rng)
        household = int(people.household[-1]) + 1
        yield from _community_lines(people, rng, seed, now, serials, done, chance, prefix)
        done += one.residents
        tell("people", done, total)


def _community_lines(
    people: People, rng: np.random.Generator, seed: int, now: datetime, serials: dict[object, int], done: int,
    dialysis_chance: float, prefix: str,
) -> Iterator[str]:  # fmt: skip
    names = identities.names(people.household, people.rank, people.male, seed)
    born = identities.birthdays(people.age, local_day(now))
    traits = traits_of(people, rng)
    traits["dialysis"] = (people.age >= 18) & (rng.random(len(names)) < dialysis_chance * 1.24)
    held: dict[int, list[str]] = {}
    for key, mask in traits.items():
        for index in np.flatnonzero(mask).tolist():
            held.setdefault(index, []).append(key)
    chance = secrets.token_hex(10 * len(names))
    columns = zip(people.address.tolist(), people.room.tolist(), names, people.male.tolist(), born, strict=True)
    for index, (address, room, name, male, day) in enumerate(columns):
        serials[day, male] = serial = serials.get((day, male), -1) + 1
        number = identities.id_number(day, serial, male=male)
        phone = identities.phone(done + index) if people.age[index] >= 10 else ""
        tokens = {*name_tokens(name), *number_tokens(number), *number_tokens(phone)}
        noise = chance[index * 20 : index * 20 + 20]
        key = f"{prefix}7{noise[:3]}8{noise[3:18]}"
        needs = ",".join(held.get(index, ()))
        yield (
            f"{key}\t{address}\t{room}\t{name}\t{'m' if male else 'f'}\t{day}\t{phone}\t{number}\t{{{needs}}}\t\t"
            f"{{{','.join(map(str, tokens))}}}\n"
        )
