"""Turns that signs forbid, as pairs of arcs of a map."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from gridward.engine.travel.matrix import Array

_TIMED = {"hour_on", "day_on", "date_on", "hour_off", "day_off", "date_off"}
_EXCEPT_US = {"motorcar", "motor_vehicle", "vehicle"}


@dataclass(frozen=True)
class Sign:
    """At the node `via`, from some ways: not into the ways `onto`, or (`only`) into these and no others."""

    only: bool
    origin: frozenset[int]
    via: int
    onto: frozenset[int]


def sign(tags: Mapping[str, str], members: Iterable[tuple[str, str, int]]) -> Sign | None:
    """The sign that a restriction relation stands for; None if it holds for others, at times only, or over ways.

    Parameters: members — (role, n or w, OpenStreetMap id).
    Source: wiki.openstreetmap.org/wiki/Relation:restriction.
    """
    word = tags.get("restriction", "").split("_")[0]
    excepted = {one.strip() for one in tags.get("except", "").split(";")}
    if word not in {"no", "only"} or _TIMED & tags.keys() or _EXCEPT_US & excepted:
        return None
    ids: dict[str, set[int]] = defaultdict(set)
    for role, kind, number in members:
        ids[role + kind].add(number)
    if len(ids["vian"]) != 1 or ids["viaw"] or not ids["fromw"] or not ids["tow"]:
        return None
    return Sign(word == "only", frozenset(ids["fromw"]), ids["vian"].pop(), frozenset(ids["tow"]))


def banned(signs: Iterable[Sign], node_of: Mapping[int, int], edge_from: Array, edge_to: Array, way: Array) -> Array:
    """[K, 2] pairs of arcs of which the second may not follow the first.

    Parameters: node_of — node of each OpenStreetMap node id that is one; edge_from, edge_to, way — [E] of the map.
    A way that runs through the sign's node leaves open from which side it holds, so the sign is passed over.
    """
    edges = len(edge_from)
    known = [(one, node_of[one.via]) for one in signs if one.via in node_of]
    into: dict[int, list[int]] = {node: [] for _, node in known}
    out: dict[int, list[int]] = {node: [] for _, node in known}
    touched = np.flatnonzero(np.isin(edge_from, list(into)) | np.isin(edge_to, list(into)))
    for edge in touched.tolist():
        for node, leaving, coming in ((edge_from[edge], edge, edge + edges), (edge_to[edge], edge + edges, edge)):
            if int(node) in into:
                out[int(node)].append(leaving)
                into[int(node)].append(coming)
    pairs: set[tuple[int, int]] = set()
    for one, node in known:
        origin = [arc for arc in into[node] if int(way[arc % edges]) in one.origin]
        onto = [arc for arc in out[node] if int(way[arc % edges]) in one.onto]
        if len(origin) == len(one.origin) and len(onto) == len(one.onto):
            shut = [arc for arc in out[node] if arc not in onto] if one.only else onto
            pairs |= {(first, second) for first in origin for second in shut}
    return np.array(sorted(pairs), np.int64).reshape(-1, 2)
