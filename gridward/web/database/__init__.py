"""PostgreSQL: the embedded server's supervisor, and what any server must promise."""
