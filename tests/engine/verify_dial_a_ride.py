"""Checks a dial-a-ride plan against the raw problem: pure Python, sharing no code with the planner.

Every stop is replayed at the time the plan says; each constraint of the problem is looked at by itself.
"""

import math

TOLERANCE = 1e-4


def broken(problem, plan, frozen_until=None):
    """Sentences about every constraint the plan breaks; empty if it holds.

    Parameters: problem — `dial_a_ride.Problem`; plan — anything with routes (vehicle, stops, begin_s), unserved, cost.
    """
    wrong = []
    served = {}
    for route in plan.routes:
        wrong += _route(problem, route, served)
    wrong += _everybody(problem, plan, served)
    wrong += _ties(problem, served)
    cost = cost_of(problem, plan)
    if abs(cost - plan.cost) > max(1e-3, 1e-6 * abs(cost)):
        wrong.append(f"cost {plan.cost} is really {cost}")
    return wrong


def _sizes(problem):
    return len(problem.trips.from_place), len(problem.vehicles.start_place)


def _breaks(problem):
    return sorted(problem.vehicles.breaks, key=lambda rest: (rest.vehicle, rest.from_s))


def _route(problem, route, served):
    n, count = _sizes(problem)
    v, wrong = route.vehicle, []
    if route.stops[0] != 2 * n + v or route.stops[-1] != 2 * n + count + v:
        wrong.append(f"vehicle {v}: does not start and end at its depots")
    fleet = problem.vehicles
    if route.begin_s[0] < fleet.shift_from_s[v] - TOLERANCE or route.begin_s[-1] > fleet.shift_to_s[v] + TOLERANCE:
        wrong.append(f"vehicle {v}: outside its shift")
    if route.begin_s[-1] - route.begin_s[0] > fleet.max_route_s[v] + TOLERANCE:
        wrong.append(f"vehicle {v}: route too long")
    wrong += _travel(problem, route)
    wrong += _riders(problem, route, served)
    return wrong


def _travel(problem, route):
    """Travel, service, breaks and clean-downs between consecutive stops."""
    n, count = _sizes(problem)
    trips, v, wrong = problem.trips, route.vehicle, []
    place, level = int(problem.vehicles.start_place[v]), int(problem.vehicles.group[v])
    free, rests = route.begin_s[0], []
    for stop, begin in zip(route.stops[1:], route.begin_s[1:], strict=True):
        if stop >= 2 * n + 2 * count:
            rest = _breaks(problem)[stop - 2 * n - 2 * count]
            rests.append(stop)
            if rest.vehicle != v or not rest.from_s - TOLERANCE <= begin <= rest.to_s + TOLERANCE:
                wrong.append(f"vehicle {v}: break {stop} not its own or outside its window")
            if begin < free - TOLERANCE:
                wrong.append(f"vehicle {v}: break {stop} before the vehicle is free")
            free = begin + rest.duration_s
            continue
        clean = 0.0
        if stop < 2 * n:
            trip = stop % n
            to = int((trips.from_place if stop < n else trips.to_place)[trip])
            new_level = int(trips.group[trip])
            clean = 0.0 if level in (-1, new_level) else float(problem.clean_s[level][new_level])
            level = new_level
        else:
            to = int(problem.vehicles.end_place[v])
        if begin < free + float(problem.time_s[place][to]) + clean - TOLERANCE:
            wrong.append(f"vehicle {v}: stop {stop} begins before it can be reached")
        service = 0.0 if stop >= 2 * n else (trips.pickup_service_s if stop < n else trips.drop_service_s)[stop % n]
        place, free = to, begin + float(service)
    own = [2 * n + 2 * count + index for index, rest in enumerate(_breaks(problem)) if rest.vehicle == v]
    if sorted(rests) != own:
        wrong.append(f"vehicle {v}: takes breaks {rests}, {own} wanted")
    return wrong


def _riders(problem, route, served):
    """Windows, ride limits, seats, crews and who shares the vehicle with whom."""
    n, count = _sizes(problem)
    t, v, wrong = problem.trips, route.vehicle, []
    aboard = {}
    for stop, begin in zip(route.stops, route.begin_s, strict=True):
        if stop >= 2 * n + 2 * count and aboard:
            wrong.append(f"vehicle {v}: a break with riders {sorted(aboard)} aboard")
        if stop >= 2 * n:
            continue
        trip = stop % n
        opens, closes = (t.pickup_from_s, t.pickup_to_s) if stop < n else (t.drop_from_s, t.drop_to_s)
        if not opens[trip] - TOLERANCE <= begin <= closes[trip] + TOLERANCE:
            wrong.append(f"trip {trip}: stop {stop} at {begin} outside its window")
        if stop < n:
            if trip in served or trip in aboard:
                wrong.append(f"trip {trip}: served twice")
            aboard[trip] = begin
            wrong += _sharing(problem, v, trip, aboard)
        elif trip not in aboard:
            wrong.append(f"trip {trip}: dropped without being picked up by vehicle {v}")
        else:
            picked = aboard.pop(trip)
            served[trip] = (v, picked, begin)
            wrong += _ride(problem, trip, begin - picked - float(t.pickup_service_s[trip]))
    if aboard:
        wrong.append(f"vehicle {v}: never drops {sorted(aboard)}")
    return wrong


def _sharing(problem, v, trip, aboard):
    t, fleet, wrong = problem.trips, problem.vehicles, []
    for dimension in range(t.load.shape[1]):
        if sum(int(t.load[rider][dimension]) for rider in aboard) > int(fleet.capacity[v][dimension]):
            wrong.append(f"vehicle {v}: too full in dimension {dimension} with trip {trip}")
    if any(int(t.group[rider]) != int(t.group[trip]) for rider in aboard):
        wrong.append(f"trip {trip}: shares vehicle {v} with another control level")
    if int(t.crew[trip]) >= 0 and int(t.crew[trip]) != int(fleet.crew[v]):
        wrong.append(f"trip {trip}: not with its crew")
    return wrong


def _ride(problem, trip, ride_s):
    t = problem.trips
    direct = float(problem.time_s[t.from_place[trip]][t.to_place[trip]])
    limit = float(t.ride_limit_s[trip])
    if math.isfinite(float(t.ride_factor[trip])):
        limit = min(limit, max(direct, float(t.ride_factor[trip]) * direct))
    return [f"trip {trip}: rides {ride_s}, {limit} allowed"] if ride_s > limit + TOLERANCE else []


def _everybody(problem, plan, served):
    n, _ = _sizes(problem)
    out = [one.item for one in plan.unserved]
    wrong = [f"trip {trip}: both served and unserved" for trip in out if trip in served]
    wrong += [f"trip {trip}: lost" for trip in range(n) if trip not in served and trip not in out]
    return wrong + (["a trip is unserved twice"] if len(set(out)) < len(out) else [])


def _ties(problem, served):
    t, wrong = problem.trips, []
    for back, out in enumerate(t.return_of.tolist()):
        if out >= 0 and back in served and out in served:
            ends = served[out][2] + float(t.stay_s[back])
            if served[back][1] < ends - TOLERANCE:
                wrong.append(f"trip {back}: leaves before the stay of trip {out} ends")
    return wrong


def cost_of(problem, plan):
    """Travel times factor, fixed cost, lateness and riding, from the raw problem and the plan's times."""
    n, count = _sizes(problem)
    t, fleet, money = problem.trips, problem.vehicles, 0.0
    for route in plan.routes:
        places, picked = [], {}
        for stop, begin in zip(route.stops, route.begin_s, strict=True):
            if stop < 2 * n:
                trip = stop % n
                places.append(int((t.from_place if stop < n else t.to_place)[trip]))
                due = float((t.pickup_due_s if stop < n else t.drop_due_s)[trip])
                money += float(t.late_price[trip]) * max(0.0, begin - due) if math.isfinite(due) else 0.0
                if stop < n:
                    picked[trip] = begin + float(t.pickup_service_s[trip])
                else:
                    direct = float(problem.time_s[t.from_place[trip]][t.to_place[trip]])
                    money += problem.ride_price * max(0.0, begin - picked[trip] - direct)
            elif stop < 2 * n + count:
                places.append(int(fleet.start_place[route.vehicle]))
            elif stop < 2 * n + 2 * count:
                places.append(int(fleet.end_place[route.vehicle]))
        if len(places) > 2:
            legs = sum(float(problem.cost[a][b]) for a, b in zip(places, places[1:], strict=False))
            money += legs * float(fleet.cost_factor[route.vehicle]) + float(fleet.fixed_cost[route.vehicle])
    return money
