"""Gridward 单元防线: the operations room of a district in an emergency, from the headquarters to the unit door."""

__version__ = "0.1.0"
