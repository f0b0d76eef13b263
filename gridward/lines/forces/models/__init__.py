"""The tables of the forces line, gathered for Django; each is defined with its noun."""

from gridward.lines.forces.models.attendance import Attendance, Mark
from gridward.lines.forces.models.invitations import Invitation
from gridward.lines.forces.models.joining import JoiningRules
from gridward.lines.forces.models.lacks import Delivery, Field, Lack, Supply
from gridward.lines.forces.models.posts import (
    AreaControl,
    ControlLevel,
    DemandRule,
    Post,
    PostKind,
    PostShift,
    ShiftTime,
)
from gridward.lines.forces.models.reinforcement import Support
from gridward.lines.forces.models.rosters import RosterRequest
from gridward.lines.forces.models.swaps import Swap
from gridward.lines.forces.models.teams import Team
from gridward.lines.forces.models.volunteers import RESOURCE_KINDS, Volunteer

__all__ = [
    "RESOURCE_KINDS",
    "AreaControl",
    "Attendance",
    "ControlLevel",
    "Delivery",
    "DemandRule",
    "Field",
    "Invitation",
    "JoiningRules",
    "Lack",
    "Mark",
    "Post",
    "PostKind",
    "PostShift",
    "RosterRequest",
    "ShiftTime",
    "Supply",
    "Support",
    "Swap",
    "Team",
    "Volunteer",
]
