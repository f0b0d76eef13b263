"""What people do in the command line. The only writers: load, lock, decide, write, journal."""
