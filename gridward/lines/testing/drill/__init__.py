"""What the testing line brings to a drill, and to the tools that break a house on purpose."""

from gridward.lines.testing.drill.day import live
from gridward.lines.testing.drill.deeds import DEEDS, EXCUSED
from gridward.lines.testing.drill.scene import settle, stand
from gridward.lines.testing.drill.standing import furnish, logins

__all__ = ["DEEDS", "EXCUSED", "furnish", "live", "logins", "settle", "stand"]
