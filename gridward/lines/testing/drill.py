"""What the testing line brings to a drill, and to the tools that break a house on purpose."""
