"""How the search's kernels are compiled: cached, and without reference counting (no kernel allocates)."""

from numba import njit

# Counting references to every array at every call took nine tenths of the time of a search.
kernel = njit(cache=True, _nrt=False)
