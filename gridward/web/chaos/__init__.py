"""What breaks the house on purpose, or looks for what should not be there; one file for each command."""
