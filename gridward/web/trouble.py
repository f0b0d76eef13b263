"""What ends a command in one line instead of a traceback."""


class Trouble(Exception):
    """The house cannot do this here; the message says why and what to do."""
