"""What every line stands on: places, people, needs, resources, assignments, and the record of what was done."""
