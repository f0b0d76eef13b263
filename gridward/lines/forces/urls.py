"""Addresses of the forces line, under /forces/."""

from __future__ import annotations

from django.urls import URLPattern

DUTY: list[URLPattern] = []

urlpatterns = [*DUTY]
