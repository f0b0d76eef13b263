"""Reads of the command line."""
