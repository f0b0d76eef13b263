"""Addresses of the forces line, under /forces/."""

from django.urls import path

from gridward.lines.forces import views

urlpatterns = [path("", views.queue, name="queue")]
