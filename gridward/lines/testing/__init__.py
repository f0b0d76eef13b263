"""The testing line: say in one sentence what it serves."""
