"""Addresses of the testing line, under /testing/."""

urlpatterns: list = []
