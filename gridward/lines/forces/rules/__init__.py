"""What the forces line decides. Pure: no Django, no clock, no chance without a seed."""
