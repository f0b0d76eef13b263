"""Telling stories to the field app's own sync core: what drops, dies and repeats, and what must hold afterwards."""
