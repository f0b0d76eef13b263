"""Jiangjin as a reference: true division names and codes, everything below and everybody in it made up."""
