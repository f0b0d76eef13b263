"""What the forces line says of itself, by subject; `line.py` gathers it."""
