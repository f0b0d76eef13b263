"""Writing the reference district into an empty database."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

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
from gridward.kernel.ids import new_id
from gridward.kernel.people.models import Person
from gridward.kernel.search import name_tokens, number_tokens
from gridward.kernel.secrecy.fields import Sealer
from gridward.kernel.walls.owner import as_owner

DISTRICT = from_code("500116")
Tell = Callable[[str, int, int], None]
_AREA_COLUMNS = (
    "address", "address_end", "level", "parent", "name", "name_en", "latitude", "longitude", "outline", "residents",
    "former_names", "gone_on", "tokens",
)  # fmt: skip
_PERSON_COLUMNS = (
    "id", "incident_id", "address", "room", "name", "sex", "born_on", "phone", "id_number", "id_hash", "traits", "note",
    "tokens",
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
def load_people(
    settlements: list[Settlement], scale: float, seed: int, now: datetime, tell: Tell, incident_id: UUID | None = None
) -> int:
    """Write everybody, community by community, in one COPY, sealed for an incident. Returns how many people."""
    sealer = PeopleSealer(incident_id)
    with indexes_later(Person):
        lines = _people_lines(settlements, scale, seed, now, tell, sealer)
        count = copy_text("kernel_person", _PERSON_COLUMNS, lines)
        tell("indexes", 0, 1)
    tell("indexes", 1, 1)
    analyse("kernel_person")
    return count


class PeopleSealer:
    """Seals made-up people for one incident; asks for its keys before COPY has the connection to itself."""

    def __init__(self, incident_id: UUID | None) -> None:
        self._sealer, self._incident_id = Sealer(Person), incident_id
        self._key = self._sealer.search_key(incident_id)
        for name in self._sealer.secrets:
            self._sealer.sealed(name, "-", new_id(), incident_id)
        self.incident = str(incident_id) if incident_id else "\\N"

    def cells(self, key: UUID, name: str, phone: str, number: str) -> tuple[str, str, str, str, str]:
        """Name, phone, ID number, its hash and the search tokens, as COPY takes them."""
        sealed = [self._sealer.sealed(column, text, key, self._incident_id).hex()
                  for column, text in (("name", name), ("phone", phone), ("id_number", number))]  # fmt: skip
        numbers = number_tokens(number, self._key)
        tokens = {*name_tokens(name, self._key), *numbers, *number_tokens(phone, self._key)}
        bytea = [f"\\\\x{value}" for value in sealed]
        return bytea[0], bytea[1], bytea[2], str(numbers[0]), f"{{{','.join(map(str, tokens))}}}"


def _people_lines(
    settlements: list[Settlement], scale: float, seed: int, now: datetime, tell: Tell, sealer: PeopleSealer
) -> Iterator[str]:
    total, done, household = sum(one.residents for one in settlements), 0, 0
    chance = min(1.0, DIALYSIS * scale / max(total, 1))
    serials: dict[object, int] = {}
    prefix = f"{int(now.timestamp() * 1000):012x}"
    for number, one in enumerate(settlements):
        rng = np.random.default_rng([seed, 2, number])
        people = people_of(unit_addresses(one.estates), one.residents, household, rng)
        household = int(people.household[-1]) + 1
        yield from _community_lines(people, rng, seed, now, serials, done, chance, prefix, sealer)
        done += one.residents
        tell("people", done, total)


def _community_lines(
    people: People, rng: np.random.Generator, seed: int, now: datetime, serials: dict[object, int], done: int,
    dialysis_chance: float, prefix: str, sealer: PeopleSealer,
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
        noise = chance[index * 20 : index * 20 + 20]
        key = UUID(f"{prefix}7{noise[:3]}8{noise[3:18]}")
        needs = ",".join(held.get(index, ()))
        kept_name, kept_phone, kept_number, hashed, tokens = sealer.cells(key, name, phone, number)
        yield (
            f"{key}\t{sealer.incident}\t{address}\t{room}\t{kept_name}\t{'m' if male else 'f'}\t{day}\t{kept_phone}\t"
            f"{kept_number}\t{hashed}\t{{{needs}}}\t\t{tokens}\n"
        )
