"""Signing in: who may try how often, the second factor, how long a session lasts, and what the journal says of it."""
