import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog

from gridward.engine.problems import BadInput
from gridward.engine.reinforcement import send


def test_the_dear_place_is_filled_first_and_then_the_way_counts():
    found = send(np.array([3]), np.array([2, 2]), np.array([10_000, 90_000]), np.array([[100, 5_000]]))
    assert found.heads.tolist() == [[1, 2]]
    assert found.missing.tolist() == [1, 0]
    assert found.way_m == 10_100


def test_nobody_is_sent_farther_than_far():
    found = send(np.array([5]), np.array([5]), np.array([90_000]), np.array([[7_000]]), far_m=6_000)
    assert found.heads.sum() == 0 and found.missing.tolist() == [5]


def test_nothing_to_spare_and_nothing_short_send_nobody():
    assert send(np.zeros(0), np.array([2]), np.array([9]), np.zeros((0, 1))).missing.tolist() == [2]
    assert send(np.array([2]), np.zeros(0), np.zeros(0), np.zeros((1, 0))).heads.shape == (1, 0)


def test_shapes_that_do_not_agree_are_refused():
    with pytest.raises(BadInput, match="way_m"):
        send(np.array([1]), np.array([1]), np.array([9]), np.zeros((2, 1)))
    with pytest.raises(BadInput, match=r"spare\[0\]"):
        send(np.array([-1]), np.array([1]), np.array([9]), np.zeros((1, 1)))


@given(st.integers(1, 5), st.integers(1, 5), st.randoms(use_true_random=False))
def test_it_costs_what_the_linear_program_costs(n, m, chance):
    spare = np.array([chance.randint(0, 6) for _ in range(n)])
    short = np.array([chance.randint(0, 6) for _ in range(m)])
    price = np.array([chance.choice([1_000, 50_000]) for _ in range(m)])
    way = np.array([[chance.randint(0, 900) for _ in range(m)] for _ in range(n)])
    found = send(spare, short, price, way)
    assert (found.heads.sum(axis=1) <= spare).all() and (found.heads.sum(axis=0) + found.missing == short).all()
    gain = (way - price[None, :]).reshape(-1)
    rows = np.vstack([np.kron(np.eye(n), np.ones(m)), np.kron(np.ones(n), np.eye(m))])
    best = linprog(gain, A_ub=rows, b_ub=np.concatenate([spare, short]))
    assert found.way_m + (price * found.missing).sum() == pytest.approx(best.fun + (price * short).sum())
