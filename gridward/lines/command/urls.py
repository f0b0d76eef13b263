"""Addresses of the command line, under /command/."""

from django.urls import path

from gridward.lines.command import views

urlpatterns = [path("", views.queue, name="queue")]
