"""The kinds of needs and resources of the forces line."""

SHIFT = "forces.shift"
LACK = "forces.lack"
SUPPLY = "forces.supply"
