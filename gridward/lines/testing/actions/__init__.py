"""What people do in the testing line. The only writers: load, freeze, decide, write, journal, announce."""
