"""What the embedded server is told, by the size of the machine."""

from __future__ import annotations

import os
from pathlib import Path

import psutil

_GB = 1024**3
_MB = 1024**2


def server_settings(memory_bytes: int, cores: int) -> dict[str, str]:
    """PostgreSQL's settings for a machine that also runs the web and the worker.

    Parameters: memory_bytes — all of the machine's memory; cores — at least 1.
    Source: the PostgreSQL manual, chapter 19.
    """
    shared = min(max(memory_bytes // 8, 128 * _MB), 3 * _GB)
    return {
        "shared_buffers": f"{shared // _MB}MB",
        "effective_cache_size": f"{memory_bytes // 2 // _MB}MB",
        "maintenance_work_mem": f"{min(memory_bytes // 32, _GB) // _MB}MB",
        "work_mem": "32MB",
        "max_wal_size": "4GB",
        "min_wal_size": "512MB",
        "checkpoint_timeout": "15min",
        "wal_compression": "on",
        "fsync": "on",
        "synchronous_commit": "on",
        "full_page_writes": "on",
        "max_connections": "200",
        "max_worker_processes": str(max(cores, 2)),
        "max_parallel_workers_per_gather": "1" if cores > 1 else "0",
        "jit": "off",
        "random_page_cost": "1.1",
        "autovacuum_vacuum_insert_scale_factor": "0.1",
        "log_min_messages": "warning",
        "log_min_error_statement": "panic",
        # Details and contexts of errors quote the rows they are about.
        "log_error_verbosity": "terse",
        "timezone": "UTC",
    }


def memory_bytes() -> int:
    """The memory we may use: the machine's, or less where a container's limit is lower."""
    limit = Path("/sys/fs/cgroup/memory.max")
    allowed = limit.read_text().strip() if limit.exists() else "max"
    machine = int(psutil.virtual_memory().total)
    return min(machine, int(allowed)) if allowed.isdigit() else machine


def cores() -> int:
    """The cores this process may run on; at least 1."""
    return len(os.sched_getaffinity(0)) or 1
