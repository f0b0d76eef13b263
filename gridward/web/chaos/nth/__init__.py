"""Every database call of every action and route fails once, and nothing is left half done."""
