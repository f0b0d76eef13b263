"""Made-up organisations, vehicles, crews and accounts of the reference district."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import numpy as np
from django.contrib.auth.hashers import make_password

from gridward.drill.district.load import DISTRICT, Settlement
from gridward.drill.district.places import Place
from gridward.kernel.access.models import Grant, User, next_numbers
from gridward.kernel.address import Level, at_level, from_code, level_of
from gridward.kernel.drills import Login
from gridward.kernel.ids import new_id
from gridward.kernel.orgs.models import Organisation
from gridward.kernel.resources.models import CrewMember, Resource
from gridward.kernel.search import name_tokens

DEMO_PASSWORD = "gridward-demo"  # noqa: S105
DEPARTMENTS = (
    "区委政法委", "区委组织部", "区公安局", "区卫生健康委", "区交通局", "区应急局", "区城市管理局", "区商务委",
    "区经济信息委", "区医保局", "区教委", "区民政局", "区信访办", "区司法局", "区融媒体中心", "区水利局",
)  # fmt: skip
HOSPITALS = (
    ("区中心医院", "500116001"),
    ("区第二人民医院", "500116117"),
    ("区中医院", "500116005"),
    ("区妇幼保健院", "500116001"),
    ("双福医院", "500116004"),
    ("白沙中心卫生院", "500116108"),
    ("德感医院", "500116002"),
    ("蔡家中心卫生院", "500116112"),
    ("李市中心卫生院", "500116110"),
    ("油溪中心卫生院", "500116101"),
)
KEY_TOWNS = {"500116001": "几江", "500116002": "德感", "500116004": "双福", "500116005": "鼎山", "500116117": "珞璜"}


def make_organisations(settlements: list[Settlement], places: list[Place]) -> dict[str, Organisation]:
    """Headquarters, departments, town offices, committees and hospitals, each by its place and name."""
    kinds = Organisation.Kind
    headquarters = _organisation(kinds.HEADQUARTERS, "区疫情防控指挥部", DISTRICT)
    towns = {
        place.address: _organisation(kinds.TOWN_OFFICE, _office(place.name), place.address, headquarters)
        for place in places
        if level_of(place.address) is Level.TOWN
    }
    found = [_organisation(kinds.DEPARTMENT, name, DISTRICT, headquarters) for name in DEPARTMENTS]
    found += [_organisation(kinds.HOSPITAL, name, from_code(code)) for name, code in HOSPITALS]
    for one in settlements:
        above = towns[at_level(one.place.address, Level.TOWN)]
        found.append(_organisation(kinds.COMMUNITY_COMMITTEE, one.place.name, one.place.address, above))
    for rank in ([headquarters], list(towns.values()), found):
        Organisation.objects.bulk_create(rank)
    return {_key(one.address, one.name): one for one in found}


def _office(town: str) -> str:
    return f"{town}办事处" if town.endswith("街道") else f"{town}人民政府"


def _key(address: int, name: str) -> str:
    return f"{address} {name}"


def _organisation(kind: str, name: str, address: int, above: Organisation | None = None) -> Organisation:
    return Organisation(id=new_id(), kind=kind, name=name, address=address, parent=above, tokens=name_tokens(name))


def make_resources(settlements: list[Settlement], organisations: dict[str, Organisation], seed: int) -> list[Resource]:
    """Vehicles, teams, repair crews and workers on duty: about as many as the page tells of.

    Each town allots emergency vehicles to its larger communities; police vehicles stand in the key towns;
    thirty escort teams cover the towns by sector; every community has two workers on duty.
    """
    rng = np.random.default_rng([seed, 3])
    found = list(_community_resources(settlements, organisations, rng))
    centres = {at_level(one.place.address, Level.TOWN): one.place for one in reversed(settlements)}
    for number, (town, place) in enumerate(sorted(centres.items()), start=1):
        skills = ["escort", "wheelchair", "infection_control", "dialysis", "obstetrics"]
        found.append(_resource("hotline.escort_team", f"送诊小分队{number:02d}", town, place, rng, skills))
        found.append(_resource("hotline.repair_crew", f"抢修班{number:02d}", town, place, rng, ["repair", "lift"]))
        for car in range(3 if f"{town:019d}"[:9] in KEY_TOWNS else 1):
            name = f"便民服务直通车{number:02d}-{car + 1}"
            found.append(_resource("hotline.police_service_vehicle", name, town, place, rng, ["escort"]))
    for number, (name, code) in enumerate(HOSPITALS, start=1):
        place = next(place for town, place in centres.items() if f"{town:019d}"[:9] == code)
        for car in range(4 if number <= 2 else 2):
            one = _resource(
                "hotline.ambulance",
                f"{name}救护车{car + 1}",
                DISTRICT,
                place,
                rng,
                ["first_aid", "stretcher", "obstetrics"],
            )
            one.organisation = organisations[_key(from_code(code), name)]
            found.append(one)
    Resource.objects.bulk_create(found, batch_size=1000)
    return found


def _community_resources(
    settlements: list[Settlement], organisations: dict[str, Organisation], rng: np.random.Generator
) -> Iterator[Resource]:
    typical = float(np.median([one.residents for one in settlements]))
    for number, one in enumerate(settlements, start=1):
        committee = organisations[_key(one.place.address, one.place.name)]
        short = one.place.name.removesuffix("居民委员会").removesuffix("村民委员会")
        for duty in ("甲", "乙"):
            worker = _resource(
                "hotline.community_worker", f"{short}值守员{duty}", one.place.address, one.place, rng, ["care"]
            )
            worker.organisation, worker.exclusive = committee, False
            worker.skills = ["care", "counselling"] if duty == "甲" else ["care", "legal"]
            yield worker
        if one.residents >= typical * 0.8:
            skills = ["wheelchair", "escort"] if number % 2 else ["escort", "dialysis"]
            car = _resource(
                "hotline.emergency_vehicle", f"应急保障车{number:03d}", one.place.address, one.place, rng, skills
            )
            yield car


def _resource(
    kind: str, name: str, address: int, place: Place, rng: np.random.Generator, skills: list[str]
) -> Resource:
    return Resource(
        id=new_id(),
        kind=kind,
        name=name,
        address=address,
        phone=f"1990000{int(rng.integers(10000)):04d}",
        skills=skills,
        latitude=round(place.latitude + float(rng.normal(0, 0.003)), 5),
        longitude=round(place.longitude + float(rng.normal(0, 0.003)), 5),
        tokens=name_tokens(name),
    )


def logins(settlements: list[Settlement]) -> list[Login]:
    """The demo's accounts, one for each role, in the town of Jijiang and its first community."""
    first = settlements[0].place
    town = at_level(first.address, Level.TOWN)
    return [
        Login("hq", "headquarters", DISTRICT, "区指挥部值班员"),
        Login("agent", "agent", DISTRICT, "热线坐席"),
        Login("dispatcher", "dispatcher", DISTRICT, "调度员"),
        Login("town", "town", town, "几江街道值班干部"),
        Login("community", "community", first.address, f"{first.name}社工"),
        Login("crew", "crew", town, "应急车队班组"),
        Login("field", "field", first.address, f"{first.name}外勤人员"),
        Login("auditor", "auditor", DISTRICT, "督查员"),
        Login("admin", "administrator", DISTRICT, "系统管理员"),
    ]


def make_accounts(accounts: list[Login], resources: list[Resource], now: datetime) -> None:
    """The demo's accounts with the demo's password, each with its grant; the crew acts for its town's vehicles."""
    secret = make_password(DEMO_PASSWORD)
    users = [
        User(id=number, username=one.username, display_name=one.name, password=secret)
        for number, one in zip(next_numbers(len(accounts)), accounts, strict=True)
    ]
    for user in users:
        user.is_staff = user.is_superuser = user.username == "admin"
    User.objects.bulk_create(users)
    Grant.objects.bulk_create(
        Grant(user=user, role=one.role, address=one.address, given_at=now)
        for user, one in zip(users, accounts, strict=True)
    )
    crew = next(user for user in users if user.username == "crew")
    town = next(one.address for one in accounts if one.username == "crew")
    cars = [
        one
        for one in resources
        if one.kind == "hotline.emergency_vehicle" and at_level(one.address, Level.TOWN) == town
    ]
    CrewMember.objects.bulk_create(CrewMember(resource=car, user=crew) for car in cars)
