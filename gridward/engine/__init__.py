"""Pure planning algorithms: arrays in, plans out; no Django, no clock, no unseeded randomness."""
