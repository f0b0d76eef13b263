"""The command line, one file per command; a new file here is a new command."""
