"""Registers in and out as spreadsheets: read, checked row by row, compared, written, and given back."""
