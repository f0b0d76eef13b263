"""How the search's kernels are compiled: cached, and without reference counting (no kernel allocates).

Counting references to every array at every call took nine tenths of the time of a search; handing the sixty arrays
from kernel to kernel a tenth of the rest, so that all become one function; wrapping every kernel for Python took most
of the time to compile. The cache does not see a change in a kernel that another file calls: delete `__pycache__` after
editing one.
"""

from numba import njit

entry = njit(cache=True, _nrt=False)  # called from Python too
kernel = njit(cache=True, _nrt=False, no_cpython_wrapper=True, no_cfunc_wrapper=True, forceinline=True)
