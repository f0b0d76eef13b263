"""Which laboratory tests which box in which hour, so that tubes are answered soonest: a flow, then whole boxes.

Variables: tubes of box b that laboratory l sets out in hour t. A laboratory's hour holds no more than its capacity, a
box no more than its tubes. Cost: tubes × weight × hours from sealing to answer; a tube left untested costs more than
any answer. The programme is a transport problem, so a min-cost flow gives its optimum in whole tubes, with boxes split
as it likes; then each box goes whole to one laboratory and the hours are solved again. The gap between the two is what
whole boxes cost.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

from gridward.engine.pooling.loads import Array
from gridward.engine.problems import BadInput, Unserved, Why

COST_STEP = 1e-6
LEFT_COSTS = 4.0
"""A tube left over costs this many times the longest possible wait."""


@dataclass(frozen=True)
class Boxes:
    """B boxes: `tubes` [B]; `sealed_h` [B] when each is ready to go; `weight` [B] what an hour of one tube counts."""

    tubes: Array
    sealed_h: Array
    weight: Array


@dataclass(frozen=True)
class Laboratories:
    """L laboratories: `tubes_in_h` [L, H] tubes it can set out in each hour; `answer_h` [L] from then to the result."""

    tubes_in_h: Array
    answer_h: Array


@dataclass(frozen=True)
class Allocation:
    """Where each box goes and when its tubes are set out.

    `laboratory` — [B], -1 = nowhere; `tubes` — [rows, 4] of (box, laboratory, hour, tubes), in that order;
    `answered_h` — [B] the hour by which its last tube tested is answered, NaN if none is; `mean_wait_h` — of the
    tubes tested, from sealing to answer; `cost` and `bound` — as in the module's text, no allocation costs less than
    the bound; `left` — boxes with tubes untested and why; `tubes_left` — [B].
    """

    laboratory: Array
    tubes: Array
    answered_h: Array
    mean_wait_h: float
    cost: float
    bound: float
    left: tuple[Unserved, ...]
    tubes_left: Array

    @property
    def gap(self) -> float:
        """What whole boxes cost at most, as a share of the bound."""
        return (self.cost - self.bound) / self.bound if self.bound > 0 else 0.0


def boxes(tubes: Any, sealed_h: Any, weight: Any = 1.0) -> Boxes:
    """Boxes from columns of length B; the weight may be one for all.

    Raises: BadInput naming the column and the first box at fault.
    """
    count = len(np.atleast_1d(tubes))
    columns = {"tubes": tubes, "sealed_h": sealed_h, "weight": weight}
    found = {name: _column(f"boxes.{name}", value, count) for name, value in columns.items()}
    _refuse("boxes.tubes", found["tubes"] != np.floor(found["tubes"]), "not a whole number")
    _refuse("boxes.weight", found["weight"] == 0.0, "a weight is above 0")
    return Boxes(found["tubes"].astype(np.int64), found["sealed_h"], found["weight"])


def laboratories(tubes_in_h: Any, answer_h: Any) -> Laboratories:
    """Laboratories from capacities [L, H] per hour and turnarounds [L].

    Raises: BadInput naming the array and the first laboratory at fault.
    """
    capacity = np.asarray(tubes_in_h, np.float64)
    if capacity.ndim != 2:
        raise BadInput("laboratories.tubes_in_h", None, f"capacities are [laboratories, hours], not {capacity.shape}")
    bad = ~(np.isfinite(capacity) & (capacity >= 0.0) & (capacity == np.floor(capacity))).all(axis=1)
    _refuse("laboratories.tubes_in_h", bad, "an hour's capacity is no whole number of tubes")
    return Laboratories(capacity.astype(np.int64), _column("laboratories.answer_h", answer_h, len(capacity)))


def allocate(sent: Boxes, tested_by: Laboratories, transport_h: Any) -> Allocation:
    """Send each box to one laboratory so that tubes are answered soonest.

    Parameters: transport_h — [B, L] from where the box stands to each laboratory, inf = cannot go there.
    Returns: an allocation that is the same for the same input; its cost is at most `gap` above the optimum.
    Raises: BadInput naming the array and the box at fault.
    """
    case = _Case(sent, tested_by, _transport(transport_h, sent, tested_by))
    split = case.solved(case.may)
    settled, whole = _made_whole(case, split)
    return _allocation(case, settled, whole, case.cost(split))


def _made_whole(case: "_Case", flow: "_Flow") -> tuple[Array, "_Flow"]:
    """One laboratory for each box [B] (-1 = none) and the flow then: half the split boxes are settled at a time."""
    may, numbers = case.may, np.arange(case.may.shape[1])
    while True:
        share = case.by_laboratory(flow)
        sent = share.sum(axis=1)
        most = share.argmax(axis=1) if share.size else np.zeros(len(share), np.int64)
        split = np.flatnonzero((share > 0).sum(axis=1) > 1)
        if not len(split):
            return np.where(sent > 0, most, -1), flow
        surest = np.argsort(-share[split].max(axis=1) / sent[split], kind="stable")
        settled = sent > 0
        settled[split[surest[(len(split) + 1) // 2 :]]] = False
        may = may & (~settled[:, None] | (numbers == most[:, None]))
        flow = case.solved(may)


@dataclass(frozen=True)
class _Flow:
    """Tubes set out, one row a (box, laboratory, hour) that is possible."""

    box: Array
    laboratory: Array
    hour: Array
    tubes: Array


class _Case:
    def __init__(self, sent: Boxes, tested_by: Laboratories, transport_h: Array) -> None:
        self.sent, self.tested_by = sent, tested_by
        self.hours = tested_by.tubes_in_h.shape[1]
        arrives_h = sent.sealed_h[:, None] + transport_h
        self.near = np.isfinite(arrives_h)
        self.first = np.ceil(np.where(self.near, arrives_h, self.hours)).astype(np.int64)
        open_h = tested_by.tubes_in_h > 0
        later = np.flip(np.cumsum(np.flip(open_h, 1), axis=1), 1) > 0
        later = np.concatenate([later, np.zeros((len(later), 1), bool)], axis=1)
        self.may = later[np.arange(len(later)), np.minimum(self.first, self.hours)]
        self.may &= self.near
        longest = self.hours + 1.0 + tested_by.answer_h.max(initial=0.0)
        self.left_cost = LEFT_COSTS * longest * sent.weight

    def wait_h(self, box: Array, laboratory: Array, hour: Array) -> Array:
        """Hours from a box's sealing to the answer of what is set out in an hour."""
        return hour + 1.0 + self.tested_by.answer_h[laboratory] - self.sent.sealed_h[box]

    def cost(self, flow: _Flow) -> float:
        """The programme's cost of a flow, tubes left over included."""
        waited = self.wait_h(flow.box, flow.laboratory, flow.hour) * self.sent.weight[flow.box] * flow.tubes
        return float(waited.sum() + (self.left_cost * self.left(flow)).sum())

    def left(self, flow: _Flow) -> Array:
        """[B] tubes of each box that a flow leaves over."""
        return self.sent.tubes - np.bincount(flow.box, flow.tubes, len(self.sent.tubes))

    def by_laboratory(self, flow: _Flow) -> Array:
        """[B, L] tubes of each box at each laboratory."""
        shape = self.may.shape
        at = flow.box * shape[1] + flow.laboratory
        return np.bincount(at, flow.tubes, shape[0] * shape[1]).reshape(shape)

    def solved(self, may: Array) -> _Flow:
        """The cheapest flow over the (box, laboratory) pairs that may be used."""
        pairs = np.argwhere(may)
        spans = self.hours - self.first[may]
        box, laboratory = (np.repeat(column, spans) for column in pairs.T)
        hour = np.arange(len(box)) - np.repeat(np.cumsum(spans) - spans, spans) + np.repeat(self.first[may], spans)
        open_h = self.tested_by.tubes_in_h[laboratory, hour] > 0
        box, laboratory, hour = box[open_h], laboratory[open_h], hour[open_h]
        cost = self.wait_h(box, laboratory, hour) * self.sent.weight[box]
        slot, room = laboratory * self.hours + hour, self.tested_by.tubes_in_h.ravel()
        tubes = _minimum(cost, box, slot, self.sent.tubes, room, self.left_cost)
        return _Flow(box, laboratory, hour, tubes)


def _minimum(cost: Array, box: Array, slot: Array, tubes: Array, room: Array, left_cost: Array) -> Array:
    """The flow of least cost from boxes to (laboratory, hour) slots, whole tubes; what is cheaper left over is left."""
    boxes_n, sink = len(tubes), len(tubes) + len(room)
    slots = np.flatnonzero(room)
    every = np.arange(boxes_n)
    tail = np.concatenate([box, boxes_n + slots, every])
    head = np.concatenate([boxes_n + slot, np.full(len(slots) + boxes_n, sink)])
    price = np.concatenate([cost, np.zeros(len(slots)), left_cost])
    flow = SimpleMinCostFlow()
    arcs = flow.add_arcs_with_capacity_and_unit_cost(
        tail, head, np.concatenate([tubes[box], room[slots], tubes]), np.round(price / COST_STEP).astype(np.int64)
    )
    flow.set_nodes_supplies(np.append(every, sink), np.append(tubes, -tubes.sum()))
    flow.solve()
    return np.asarray(flow.flows(arcs), np.float64)[: len(box)]


def _allocation(case: _Case, settled: Array, flow: _Flow, bound: float) -> Allocation:
    used = flow.tubes > 0
    flow = _Flow(flow.box[used], flow.laboratory[used], flow.hour[used], flow.tubes[used])
    answered = np.full(len(settled), -np.inf)
    np.maximum.at(answered, flow.box, flow.hour + 1.0 + case.tested_by.answer_h[flow.laboratory])
    tested = flow.tubes.sum()
    wait = (case.wait_h(flow.box, flow.laboratory, flow.hour) * flow.tubes).sum()
    rows = np.stack([flow.box, flow.laboratory, flow.hour, flow.tubes.astype(np.int64)], axis=1)
    left = case.left(flow).astype(np.int64)
    reasons = tuple(Unserved(int(box), _why(case, int(box))) for box in np.flatnonzero(left > 0))
    return Allocation(
        laboratory=np.where(np.isfinite(answered), settled, -1),
        tubes=rows[np.lexsort((flow.hour, flow.laboratory, flow.box))],
        answered_h=np.where(np.isfinite(answered), answered, np.nan),
        mean_wait_h=float(wait / tested) if tested else 0.0,
        cost=case.cost(flow),
        bound=bound,
        left=reasons,
        tubes_left=left,
    )


def _why(case: _Case, box: int) -> Why:
    if not case.near[box].any():
        return Why.NO_WAY
    return Why.TAKEN if case.may[box].any() else Why.NO_TIME


def _transport(transport_h: Any, sent: Boxes, tested_by: Laboratories) -> Array:
    found = np.asarray(transport_h, np.float64)
    shape = (len(sent.tubes), len(tested_by.answer_h))
    if found.shape != shape:
        raise BadInput("transport_h", None, f"{found.shape} times for {shape[0]} boxes and {shape[1]} laboratories")
    _refuse("transport_h", ~(found >= 0.0).all(axis=1), "a time to a laboratory is no time")
    return found


def _column(name: str, value: Any, count: int) -> Array:
    found = np.asarray(value, np.float64)
    if found.ndim > 1 or (found.ndim == 1 and len(found) != count):
        raise BadInput(name, None, f"one value or {count}, not {found.shape}")
    found = np.broadcast_to(found, (count,)).copy()
    _refuse(name, ~(np.isfinite(found) & (found >= 0.0)), "not a number from 0")
    return found


def _refuse(name: str, bad: Array, why: str) -> None:
    if bad.any():
        raise BadInput(name, int(bad.argmax()), why)
