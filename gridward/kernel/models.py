"""All kernel tables, gathered for Django; each is defined with its noun."""

from gridward.kernel.access.models import Grant, User
from gridward.kernel.areas.models import Area
from gridward.kernel.assignments.models import Assignment, Proof
from gridward.kernel.exports.models import ExportRequest
from gridward.kernel.figures.models import FigureMark, FigureValue
from gridward.kernel.incidents.models import Incident
from gridward.kernel.journal.models import Entry, Seal, SealedEntry
from gridward.kernel.needs.models import Category, Need
from gridward.kernel.notices.models import Notice
from gridward.kernel.orgs.models import Organisation
from gridward.kernel.people.models import Person
from gridward.kernel.plans.models import Plan
from gridward.kernel.resources.models import CrewMember, Resource
from gridward.kernel.secrecy.models import DataKey
from gridward.kernel.sheets.models import ColumnMapping, ImportRun
from gridward.kernel.sync.models import Device, FieldForm, Record

__all__ = [
    "Area",
    "Assignment",
    "Category",
    "ColumnMapping",
    "CrewMember",
    "DataKey",
    "Device",
    "Entry",
    "ExportRequest",
    "FieldForm",
    "FigureMark",
    "FigureValue",
    "Grant",
    "ImportRun",
    "Incident",
    "Need",
    "Notice",
    "Organisation",
    "Person",
    "Plan",
    "Proof",
    "Record",
    "Resource",
    "Seal",
    "SealedEntry",
    "User",
]
