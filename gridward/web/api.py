"""The JSON API: each line's router under its key; refusals as `{code, message}`."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.security import django_auth

from gridward import __version__
from gridward.kernel.errors import AppError
from gridward.kernel.registry import line_packages
from gridward.web.middleware import refusal


def _build() -> NinjaAPI:
    house = NinjaAPI(title="Gridward", version=__version__, auth=django_auth, urls_namespace="api")
    for package in line_packages():
        if find_spec(f"{package}.api"):
            house.add_router(f"/{package.rsplit('.', 1)[-1]}/", import_module(f"{package}.api").router)

    @house.exception_handler(AppError)
    def _refused(request: HttpRequest, error: AppError) -> HttpResponse:
        return refusal(request, error)

    return house


api = _build()
