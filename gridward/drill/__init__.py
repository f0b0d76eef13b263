"""The reference district and its made-up people, the day of the response, replays and rehearsals."""
