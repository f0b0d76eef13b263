"""What the command line brings to a drill, and to the tools that break a house on purpose."""

from gridward.lines.command.drill import deeds, phones
from gridward.lines.command.drill.deeds import EXCUSED, settle
from gridward.lines.command.drill.live import furnish, live, logins

DEEDS = {**deeds.DEEDS, **phones.DEEDS}

__all__ = ["DEEDS", "EXCUSED", "furnish", "live", "logins", "settle"]
