"""What a page answers to a form: where it leads, or the page again with the refusal in words."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from gridward.kernel.errors import AppError

_SHOWN_IN_PLACE = (409, 422)


def answered(do: Callable[[], HttpResponse], shown: Callable[[AppError], HttpResponse]) -> HttpResponse:
    """What an action leads to; a refusal of what was given is shown on the page it came from, any other is raised."""
    try:
        return do()
    except AppError as refusal:
        if refusal.status not in _SHOWN_IN_PLACE:
            raise
        return shown(refusal)


def about(request: HttpRequest, **parameters: str) -> HttpRequest:
    """The same request as if its page had been asked for with some parameters."""
    given = request.GET.copy()
    given.update(parameters)
    request.GET = given  # type: ignore[assignment]
    return request
