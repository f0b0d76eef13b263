"""The forces line: say in one sentence what it serves."""
