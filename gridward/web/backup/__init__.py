"""A house in one file and back again; keys never go with it."""
