"""Floors of cover: which routine needs may not take a free vehicle of a (kind, home area), so that enough stay."""

import numpy as np

from gridward.engine.matching.scores import Array, Case


def bar(case: Case, slot: Array, chosen: Array, saving: Array, barred: Array) -> bool:
    """Bar pairs so that the (kind, area)s below their floor come nearer to it; False where none is below.

    As many routine needs are turned away from a group as it lacks, those first that lose least by their next best
    outside it; routine needs that are not in it are kept out of it.
    Parameters: chosen — [m] the slot of each need, -1 = waits; saving — [m, slots]; barred — [m, slots] bool, changed.
    """
    sent, floor = case.resources, case.resources.floor
    if not floor.any():
        return False
    group = case.group
    free = (sent.free_in_s <= 0) & (sent.room > 0)
    goes = np.flatnonzero((chosen >= 0) & (case.needs.held_by < 0))
    resource = slot[chosen[goes]]
    goes, resource = goes[free[resource]], resource[free[resource]]
    left = np.bincount(group[free], minlength=int(group.max()) + 1)
    left -= np.bincount(group[np.unique(resource)], minlength=len(left))
    lacks = np.zeros(len(left), np.int64)
    np.maximum.at(lacks, group, floor)
    lacks -= left
    routine = case.needs.urgency >= case.prices.routine_from
    mine = routine[goes] & (lacks[group[resource]] > 0)
    found = np.unique(group[resource[mine]])
    for one in found:
        of = free[slot] & (group[slot] == one)
        inside = goes[mine & (group[resource] == one)]
        loses = saving[inside, chosen[inside]] - (saving[inside] * ~(of | barred[inside])).max(axis=1, initial=0.0)
        stays = inside[np.argsort(loses, kind="stable")[lacks[one] :]]
        out = routine & (case.needs.held_by < 0)
        out[stays] = False
        barred[np.ix_(out, of)] = True
    return bool(len(found))
