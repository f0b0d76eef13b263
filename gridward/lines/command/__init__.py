"""The command line: say in one sentence what it serves."""
