"""Addresses of the testing line, under /testing/."""

from django.urls import path

from gridward.lines.testing import views

urlpatterns = [path("", views.queue, name="queue")]
