"""How the searches' kernels are compiled and draw lots: cached, and without reference counting (no kernel allocates).

Counting references to every array at every call took nine tenths of the time of a search; handing the sixty arrays
from kernel to kernel a tenth of the rest, so that all become one function; wrapping every kernel for Python took most
of the time to compile. The cache does not see a change in a kernel that another file calls: delete `__pycache__` after
editing one.
"""

# Numba infers the types of what it compiles.
# pyright: reportMissingParameterType=false

import numpy as np
from numba import njit

entry = njit(cache=True, _nrt=False)  # called from Python too
kernel = njit(cache=True, _nrt=False, no_cpython_wrapper=True, no_cfunc_wrapper=True, forceinline=True)


@kernel
def random(rng):
    """The next number in [0, 1) (xorshift64*)."""
    x = rng[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    rng[0] = x
    return float((x * np.uint64(2685821657736338717)) >> np.uint64(11)) * (1.0 / 9007199254740992.0)


@kernel
def below(rng, count):
    """A random whole number in [0, count)."""
    return int(random(rng) * count)


@kernel
def order_by(keys, items, count):
    """Put the first `count` items in the order of their keys; equal ones stay as they were."""
    for a in range(1, count):
        item, key, b = items[a], keys[a], a - 1
        while b >= 0 and keys[b] > key:
            items[b + 1], keys[b + 1] = items[b], keys[b]
            b -= 1
        items[b + 1], keys[b + 1] = item, key
