"""The worker's process: does what the queue holds, as the house (`python -m gridward.web.worker …`)."""

from __future__ import annotations

import os
import sys

import django
from django.core.management import call_command


def main(arguments: list[str]) -> None:
    """Run Procrastinate's worker; imports then act in the scope of whoever asked for them."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gridward.web.settings")
    django.setup()
    from gridward.kernel.access.scope import act_as_house

    act_as_house()
    call_command("procrastinate", "worker", *arguments)


if __name__ == "__main__":
    main(sys.argv[1:])
