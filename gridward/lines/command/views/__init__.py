"""Pages of the command line."""
