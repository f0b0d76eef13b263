"""Reads of the testing line, each with the index it relies on."""
