"""Reads of the forces line; one module for each noun."""
