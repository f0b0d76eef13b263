"""What people type in the forces line, checked once."""
