"""Whom inspectors visit in a day: most risk seen in the hours there are."""

from gridward.engine.inspection.plan import Day, plan_day
from gridward.engine.inspection.problem import Inspectors, Places, inspectors, places, worth

__all__ = ["Day", "Inspectors", "Places", "inspectors", "places", "plan_day", "worth"]
