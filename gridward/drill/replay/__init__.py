"""Real records of other cities, taken through the lines' own actions on a simulated clock."""
