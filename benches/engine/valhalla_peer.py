"""Valhalla's travel times on the same map, when its Python wheel is installed (pip install pyvalhalla-weekly)."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np


class Unavailable(Exception):
    """Valhalla cannot be run here, and why."""


def actor(osm: Path, folder: Path) -> Any:
    """Valhalla on tiles built in `folder` from an OpenStreetMap file; raises Unavailable."""
    try:
        import valhalla
    except ImportError as missing:
        raise Unavailable(f"Valhalla is not installed: {missing}") from missing
    return valhalla.Actor(str(_tiles(osm, folder)))


def durations_s(asked: Any, from_points: np.ndarray, to_points: np.ndarray) -> np.ndarray:
    """Seconds by car of n pairs [n, 2] latitude, longitude; NaN where Valhalla finds no way."""
    return np.array([_seconds(asked, pair) for pair in zip(from_points, to_points, strict=True)])


def _tiles(osm: Path, folder: Path) -> Path:
    import valhalla

    (folder / "tiles").mkdir(exist_ok=True)
    (folder / "tiles.tar").touch()
    config = valhalla.get_config(tile_extract=str(folder / "tiles.tar"), tile_dir=str(folder / "tiles"), verbose=False)
    (folder / "tiles.tar").unlink()
    (folder / "valhalla.json").write_text(json.dumps(config))
    program = Path(valhalla.__file__).parent / "bin" / "valhalla_build_tiles"
    if not program.exists():
        raise Unavailable("this Valhalla wheel carries no tile builder; pyvalhalla-weekly does")
    command = [program, "-j", "1", "-c", folder / "valhalla.json", osm]
    built = subprocess.run(command, capture_output=True, timeout=300, check=False)
    if built.returncode:
        raise Unavailable(f"Valhalla could not build tiles: {built.stderr.decode(errors='replace')[-200:]}")
    return folder / "valhalla.json"


def _seconds(asked: Any, pair: tuple[np.ndarray, np.ndarray]) -> float:
    where = [{"lat": float(point[0]), "lon": float(point[1])} for point in pair]
    try:
        found = asked.route({"locations": where, "costing": "auto", "directions_type": "none"})
    except RuntimeError:
        return float("nan")
    return found["trip"]["summary"]["time"]


if __name__ == "__main__":
    sys.exit("This is a peer of benches.engine.travel; run that.")
