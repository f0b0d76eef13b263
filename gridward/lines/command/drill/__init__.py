"""What the command line brings to a drill, and to the tools that break a house on purpose."""

from gridward.lines.command.drill.deeds import DEEDS, EXCUSED, settle
from gridward.lines.command.drill.live import furnish, live, logins

__all__ = ["DEEDS", "EXCUSED", "furnish", "live", "logins", "settle"]
