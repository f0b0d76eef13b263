"""Valhalla's travel times on the same map, when its Python wheel is installed (pip install pyvalhalla-weekly)."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np

from gridward.engine.travel.straight_line import great_circle_m

SHORT_M = 2.0


class Unavailable(Exception):
    """Valhalla cannot be run here, and why."""


def actor(osm: Path, folder: Path) -> Any:
    """Valhalla on tiles built in `folder` from an OpenStreetMap file; raises Unavailable."""
    try:
        import valhalla
    except ImportError as missing:
        raise Unavailable(f"Valhalla is not installed: {missing}") from missing
    return valhalla.Actor(str(_tiles(osm, folder)))


def duration_s(asked: Any, start: Any, end: Any, **options: float) -> float:
    """Seconds by car from one place to another, by Valhalla's `auto` costing with options; NaN without a way."""
    found = _route(asked, start, end, options)
    return found["summary"]["time"] if found else float("nan")


def ways_used(asked: Any, start: Any, end: Any) -> set[int]:
    """OpenStreetMap ids of the ways that Valhalla takes from one place to another."""
    found = _route(asked, start, end, {})
    return (
        set() if not found else {edge["way_id"] for edge in _traced(asked, encoded_polyline=found["legs"][0]["shape"])}
    )


def driven_s(asked: Any, points: np.ndarray) -> float:
    """Seconds that Valhalla counts for a given way, drawn as points [k, 2]; NaN where it cannot follow it.

    It is shown the way short of its ends: at a junction it would begin on another road, and turn about.
    """
    edges = _traced(asked, shape=[{"lat": float(lat), "lon": float(lon)} for lat, lon in _short_of_ends(points)])
    return max((edge["end_node"].get("elapsed_time", 0.0) for edge in edges), default=float("nan"))


def _short_of_ends(points: np.ndarray) -> np.ndarray:
    step_m = great_circle_m(points[:-1], points[1:])
    along_m = np.concatenate([[0.0], np.cumsum(step_m)])
    first_m, last_m = SHORT_M, along_m[-1] - SHORT_M
    if last_m < 2 * first_m:
        return points
    ends = np.stack([np.interp([first_m, last_m], along_m, points[:, axis]) for axis in range(2)], axis=1)
    inside = points[(along_m > first_m) & (along_m < last_m)]
    return np.concatenate([ends[:1], inside, ends[1:]])


def durations_s(asked: Any, from_points: np.ndarray, to_points: np.ndarray, **options: float) -> np.ndarray:
    """Seconds by car of n pairs [n, 2] latitude, longitude; NaN where Valhalla finds no way."""
    return np.array([duration_s(asked, *pair, **options) for pair in zip(from_points, to_points, strict=True)])


def _tiles(osm: Path, folder: Path) -> Path:
    import valhalla

    (folder / "tiles").mkdir(exist_ok=True)
    (folder / "tiles.tar").touch()
    config = valhalla.get_config(tile_extract=str(folder / "tiles.tar"), tile_dir=str(folder / "tiles"), verbose=False)
    (folder / "tiles.tar").unlink()
    config["mjolnir"]["admin"] = str(folder / "admin.sqlite")
    (folder / "valhalla.json").write_text(json.dumps(config))
    for program, source in (("valhalla_build_admins", [_country(folder)]), ("valhalla_build_tiles", ["-j", "1", osm])):
        path = Path(valhalla.__file__).parent / "bin" / program
        if not path.exists():
            raise Unavailable(f"this Valhalla wheel carries no {program}; pyvalhalla-weekly does")
        command = [path, "-c", folder / "valhalla.json", *source]
        built = subprocess.run(command, capture_output=True, timeout=300, check=False, cwd=folder)
        if built.returncode:
            raise Unavailable(f"{program} failed: {built.stderr.decode(errors='replace')[-200:]}")
    return folder / "valhalla.json"


def _country(folder: Path) -> Path:
    """A file that says all the map is in Germany: without one Valhalla's tiles drive on the left."""
    import osmium
    from osmium.osm.mutable import Node, Relation, Way

    path = folder / "country.osm.pbf"
    writer = osmium.SimpleWriter(str(path))
    for number, corner in enumerate([(5.9, 47.3), (15.0, 47.3), (15.0, 55.0), (5.9, 55.0)], start=1):
        writer.add_node(Node(id=number, location=corner))
    border = {"boundary": "administrative", "admin_level": "2"}
    writer.add_way(Way(id=1, nodes=[1, 2, 3, 4, 1], tags=border))
    named = {**border, "type": "boundary", "name": "Deutschland", "ISO3166-1": "DE"}
    writer.add_relation(Relation(id=1, members=[("w", 1, "outer")], tags=named))
    writer.close()
    return path


def _route(asked: Any, start: Any, end: Any, options: dict[str, float]) -> dict[str, Any] | None:
    where = [{"lat": float(point[0]), "lon": float(point[1])} for point in (start, end)]
    asking = {"locations": where, "costing": "auto", "costing_options": {"auto": options}, "directions_type": "none"}
    try:
        return asked.route(asking)["trip"]
    except RuntimeError:
        return None


def _traced(asked: Any, **shape: Any) -> list[dict[str, Any]]:
    """Edges of a shape, walked exactly or else matched; none where neither can be."""
    wanted = {"attributes": ["edge.way_id", "node.elapsed_time"], "action": "include"}
    for how in ("edge_walk", "map_snap"):
        try:
            asking = {**shape, "costing": "auto", "shape_match": how, "filters": wanted}
            return asked.trace_attributes(asking)["edges"]
        except RuntimeError:
            continue
    return []


if __name__ == "__main__":
    sys.exit("This is a peer of benches.engine.travel; run that.")
