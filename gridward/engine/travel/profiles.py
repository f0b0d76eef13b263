"""Who travels, and how fast the tags of an OpenStreetMap way let them.

Speeds are door-to-door averages of ordinary towns; each is a value to replace by what a district measures.
Source: wiki.openstreetmap.org, Key:highway, Key:access, Key:oneway, Key:maxspeed; StVO § 3 for the implicit limits.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from gridward.engine.problems import BadInput

CLASSES = (
    "motorway", "trunk", "primary", "secondary", "tertiary", "unclassified", "residential", "living_street", "service",
    "track", "pedestrian", "footway", "path", "cycleway", "steps", "bridleway", "corridor",
)  # fmt: skip
_DRIVEN_KMH = {
    "motorway": 105.0, "trunk": 85.0, "primary": 65.0, "secondary": 60.0, "tertiary": 50.0, "unclassified": 40.0,
    "residential": 35.0, "living_street": 20.0, "service": 20.0,
}  # fmt: skip
_WALKED = (set(CLASSES) - {"motorway", "trunk"}) - {"corridor"}
_SLOW_SERVICE_KMH = {"driveway": 10.0, "parking_aisle": 10.0, "alley": 12.0, "drive-through": 8.0}
_SLOW_SURFACE_KMH = {"gravel": 30.0, "unpaved": 30.0, "ground": 20.0, "dirt": 20.0, "sett": 35.0, "cobblestone": 25.0}
_IMPLICIT_KMH = {"urban": 50.0, "rural": 100.0, "living_street": 10.0, "walk": 7.0, "none": 130.0, "motorway": 120.0}
_SHUT = {"no", "private", "forestry", "agricultural", "military", "emergency", "permit", "psv", "bus", "taxi"}
_KEPT = {"destination", "customers", "delivery"}
_BARS = {"bollard", "block", "chain", "gate", "lift_gate", "jersey_barrier", "swing_gate", "barrier", "planter", "log"}
_GATES = {"gate", "lift_gate", "swing_gate"}
_NUMBER = re.compile(r"\d+(\.\d+)?")
Tags = Mapping[str, str]


@dataclass(frozen=True)
class Profile:
    """A way of travelling: classes it may use with their speeds, tags that let it in, and what a junction costs it.

    `limit_share` — of a signed limit that is driven on average; `junction_s`, `signal_s`, `yield_s`, `gate_s` —
    passing a junction, a signal, from a lesser road into a greater, a gate; `left_s`, `right_s`, `sharp_s`, `about_s` —
    turning (swap the first two where people drive on the left); `height_m`, `weight_t` — of the vehicle.
    """

    name: str
    speed_kmh: Mapping[str, float]
    access: tuple[str, ...]
    most_kmh: float
    limit_share: float = 0.9
    junction_s: float = 0.0
    signal_s: float = 0.0
    yield_s: float = 0.0
    gate_s: float = 0.0
    left_s: float = 0.0
    right_s: float = 0.0
    sharp_s: float = 0.0
    about_s: float = 0.0
    height_m: float = 0.0
    weight_t: float = 0.0
    on_foot: bool = False
    steps_kmh: float = field(default=0.0)


_MOTOR = ("access", "vehicle", "motor_vehicle", "motorcar")
CAR = Profile(
    "car", _DRIVEN_KMH, _MOTOR, 120.0, 1.0, 0.1, 1.6, 0.5, 30.0, 3.8, 1.4, 7.0, 27.0, height_m=1.9, weight_t=1.8
)
VAN = Profile("van", _DRIVEN_KMH, (*_MOTOR, "goods"), 100.0, 0.95, 0.15, 1.9, 0.6, 30.0, 4.5, 1.8, 9.0, 35.0, 2.6, 3.5)
WHEELCHAIR_BUS = Profile(
    "wheelchair_bus", _DRIVEN_KMH, _MOTOR, 80.0, 0.88, 0.2, 2.3, 0.8, 30.0, 5.5, 2.3, 11.0, 45.0, 2.9, 4.6
)
FOOT = Profile("foot", dict.fromkeys(_WALKED, 5.0), ("access", "foot"), 5.0, signal_s=3.0, on_foot=True, steps_kmh=2.5)
PROFILES = {one.name: one for one in (CAR, VAN, WHEELCHAIR_BUS, FOOT)}


def profile(name: str) -> Profile:
    """The profile of a name; raises BadInput for a name that is none."""
    if name not in PROFILES:
        raise BadInput("profile", None, f"{name!r} is none of {', '.join(PROFILES)}")
    return PROFILES[name]


def road_class(tags: Tags) -> str | None:
    """The class of a way that can be travelled, links counted with their road; None for all else."""
    kind = tags.get("highway", "").removesuffix("_link")
    kind = "unclassified" if kind == "road" else kind
    return kind if kind in CLASSES and tags.get("area") != "yes" else None


def speeds_kmh(one: Profile, kind: str, tags: Tags) -> tuple[float, float]:
    """Speed along a way and against it, 0 where the profile may not go."""
    if one.on_foot:
        speed = one.steps_kmh if kind == "steps" else one.speed_kmh.get(kind, one.most_kmh)
        return (speed, speed) if _admits(one, kind, tags) else (0.0, 0.0)
    ahead, back = (
        _driven_kmh(one, kind, tags, direction) if _admits(one, kind, tags, direction) else 0.0
        for direction in ("forward", "backward")
    )
    return {"yes": (ahead, 0.0), "-1": (0.0, back), "no": (ahead, back)}[_oneway(kind, tags)]


def kept(one: Profile, tags: Tags) -> bool:
    """Whether the way is only for those who have a place on it: by its sign, or by what it was built for."""
    said = [tags[key] for key in one.access if key in tags]
    built_for = tags.get("highway") == "living_street" or tags.get("service") in _SLOW_SERVICE_KMH.keys() - {"alley"}
    return not one.on_foot and (said[-1] in _KEPT if said and said[-1] in _KEPT | {"yes", "designated"} else built_for)


def bars(tags: Tags) -> bool:
    """Whether a node with these tags stops motor vehicles."""
    if tags.get("barrier") not in _BARS:
        return False
    said = [tags[key] for key in _MOTOR if key in tags]
    return said[-1] in _SHUT if said else tags["barrier"] not in _GATES


def gated(tags: Tags) -> bool:
    """Whether a node with these tags holds a gate that somebody has to open."""
    said = [tags[key] for key in _MOTOR if key in tags]
    return tags.get("barrier") in _GATES and (not said or said[-1] not in {"yes", "designated", "permissive"})


def _admits(one: Profile, kind: str, tags: Tags, direction: str = "") -> bool:
    """Whether a way is open, by the most special sign that says so, in one direction where it is told for one."""
    both = [tags.get(f"{key}:{direction}", tags.get(key)) for key in one.access]
    said = [word for word in both if word is not None]
    if said and said[-1] in _SHUT:
        return False
    if kind not in one.speed_kmh and not (said and said[-1] in {"yes", "designated"} and kind != "steps"):
        return False
    return _fits(one.height_m, tags.get("maxheight")) and _fits(one.weight_t, tags.get("maxweight"))


def _fits(size: float, limit: str | None) -> bool:
    found = _NUMBER.match(limit or "")
    return not found or "'" in (limit or "") or size <= float(found[0])


def _driven_kmh(one: Profile, kind: str, tags: Tags, direction: str) -> float:
    usual = one.speed_kmh.get(kind, 20.0 if tags.get("tracktype") == "grade1" else 10.0)
    if kind == "service":
        usual = _SLOW_SERVICE_KMH.get(tags.get("service", ""), usual)
    elif tags.get("highway", "").endswith("_link"):
        usual *= 0.75
    slow = min(_SLOW_SURFACE_KMH.get(tags.get("surface", ""), one.most_kmh), one.most_kmh)
    signed = _signed_kmh(tags, direction)
    if signed is not None:
        usual = min(usual, signed) if kind == "service" else signed * one.limit_share
    return min(usual, slow)


def _signed_kmh(tags: Tags, direction: str) -> float | None:
    """The limit in a direction: its number, else the kind of zone, else the other direction's; None if none is told."""
    other = "backward" if direction == "forward" else "forward"
    zones = ("maxspeed:type", "source:maxspeed", "zone:maxspeed")
    for key in (f"maxspeed:{direction}", "maxspeed", *zones, f"maxspeed:{other}"):
        sign = tags.get(key, "").split(":")[-1]
        if found := _NUMBER.match(sign):
            return max(float(found[0]) * (1.609344 if "mph" in sign else 1.0), 5.0)
        if sign in _IMPLICIT_KMH:
            return _IMPLICIT_KMH[sign]
    return None


def _oneway(kind: str, tags: Tags) -> str:
    said = tags.get("oneway:motor_vehicle", tags.get("oneway"))
    if said in {"yes", "1", "true"}:
        return "yes"
    if said in {"-1", "reverse"}:
        return "-1"
    implied = kind == "motorway" or tags.get("junction") in {"roundabout", "circular"}
    return "yes" if implied and said != "no" else "no"
