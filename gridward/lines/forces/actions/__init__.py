"""What people do in the forces line: the only writers; one module for each noun."""
