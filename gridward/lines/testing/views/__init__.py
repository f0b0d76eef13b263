"""Pages of the testing line."""
