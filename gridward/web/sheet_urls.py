"""Addresses of the import pages."""

from django.urls import path

from gridward.kernel.access.guards import needs_capability
from gridward.web.views.home import journal

urlpatterns = [path("", needs_capability("sheets.import")(journal), name="sheets")]
