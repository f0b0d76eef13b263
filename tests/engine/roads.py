"""Road maps for tests: little grids made by hand, and the extracts beside the repository."""

from pathlib import Path

import numpy as np
import pytest

from gridward.engine.travel.osm import RoadMap
from gridward.engine.travel.straight_line import great_circle_m

EXTRACTS = Path(__file__).parents[3] / "shared" / "data" / "roads"


def extract(name: str) -> Path:
    """An OpenStreetMap extract; skips the test where the shared data are absent."""
    path = EXTRACTS / name
    if not path.exists():
        pytest.skip(f"{name} is not beside the repository")
    return path


def grid(side: int, seed: int = 0, oneway: float = 0.0) -> RoadMap:
    """side × side junctions 0.001° apart, every street straight, speeds 5 to 20 m/s, some of them one-way."""
    rng = np.random.default_rng(seed)
    node = np.arange(side * side).reshape(side, side)
    start = np.concatenate([node[:, :-1].ravel(), node[:-1].ravel()])
    end = np.concatenate([node[:, 1:].ravel(), node[1:].ravel()])
    place = np.stack(np.unravel_index(np.arange(side * side), (side, side)), axis=1) * 0.001 + [29.0, 106.0]
    shape = np.stack([place[start], place[end]], axis=1).reshape(-1, 2)
    speed = rng.uniform(5.0, 20.0, (2, len(start)))
    speed[1, rng.random(len(start)) < oneway] = 0.0
    return RoadMap(
        edge_from=start,
        edge_to=end,
        length_m=great_circle_m(place[start], place[end]),
        way=np.arange(len(start)),
        road_class=np.full(len(start), 6),
        speed_ms=dict.fromkeys(("car", "van", "wheelchair_bus", "foot"), speed),
        shape=shape,
        shape_from=np.arange(len(start) + 1) * 2,
        signal=np.zeros(side * side, bool),
        barred=np.zeros(side * side, bool),
    )
