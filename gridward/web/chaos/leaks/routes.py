"""Every route by every method, asked for one's own, for the other town's and for nothing; answers made comparable."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator
from copy import deepcopy
from typing import Any
from uuid import UUID

from django.db import transaction
from django.test import Client
from django.urls import get_resolver

from gridward.kernel.near import cache
from gridward.web.chaos.leaks.foreign import NEED, PERSON, PHONE, RESOURCE, WORDS

METHODS = ("GET", "POST", "HEAD", "PUT", "DELETE")
_PARAMETER = re.compile(r"<(?:(\w+):)?(\w+)>|\(\?P<(\w+)>[^)]*\)")
_NOTHING = {"uuid": str(UUID(int=5)), "uuidstr": str(UUID(int=5)), "int": "7"}
_CHANGING = [
    # Secrets made up for whoever is about to set up a second factor.
    (re.compile(rb"data:image/svg[^\"]+|\"challenge\": \"[^\"]+\"|\b[A-Z2-7]{32}\b"), b"<made up>"),
    (re.compile(rb"\b[0-9a-zA-Z]{64}\b"), b"<token>"),
    (re.compile(rb"nonce-[^'\" ]+|nonce=\"[^\"]+\""), b"<nonce>"),
    (re.compile(rb"[0-9]+:[0-9]+:[0-9,]*"), b"<snapshot>"),
    (re.compile(rb"reference[\": a-z]*[0-9a-f]{8}"), b"<reference>"),
]
_NEW_ID = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
_PUBLISHED = re.compile(r"^/hotline/open311/v2/requests(/[^/]+)?\.json")
"""What is published to everybody, one item for each need; without words, exact place or contact."""
_HEAD = ("Location", "Content-Disposition", "Content-Type")
_PRIVATE = ("description", "lat", "long", "media_url")


def routes(patterns: Any = None, before: str = "") -> Iterator[str]:
    """Every route there is, as its pattern."""
    for one in patterns or get_resolver().url_patterns:
        here = before + str(one.pattern)
        if hasattr(one, "url_patterns"):
            yield from routes(one.url_patterns, here)
        else:
            yield here


def unasked(known: dict[str, str]) -> list[str]:
    """Routes with a parameter of which nobody told a value: the matrix would miss what they answer."""
    told = {*known, "kind"}
    return [
        route for route in routes() if any((found[2] or found[3]) not in told for found in _PARAMETER.finditer(route))
    ]


def addresses(route: str, own: dict[str, str], hidden: dict[str, str]) -> Iterator[str]:
    """A route asked for one's own, for the other town's, and for nothing that is."""
    plain = re.sub(r"[\^$]", "", route)
    for known in (own, {**own, **hidden}, {}):
        yield "/" + _PARAMETER.sub(lambda found: _filled(known, found[1] or "str", found[2] or found[3]), plain)  # noqa: B023
        if not _PARAMETER.search(plain):
            return


def _filled(known: dict[str, str], kind: str, name: str) -> str:
    return "json" if name == "kind" else known.get(name, _NOTHING.get(kind, "nothing"))


def searches(place: str) -> list[str]:
    """Lists, searches, counts and sheets, asked for what only the other town has."""
    return [
        *(f"/{page}?q={words}" for page in ("needs/", "people/", "resources/", "areas/search")
          for words in (WORDS, PHONE)),
        *(f"/{page}?area={place}" for page in ("needs/", "people/", "resources/", "sheets/people/export.csv")),
        *("/needs/?state=all", "/resources/?all=1", f"/hotline/desk/caller?phone={PHONE}", "/feed?since=1:1:"),
    ]  # fmt: skip


def everything(cookies: Any, own: dict[str, str], hidden: dict[str, str]) -> dict[tuple[str, str], tuple[int, bytes]]:
    """What every route answers one account to every method, and the lists to searches for what is hidden."""
    client = Client(headers={"accept-language": "zh-hans", "host": "localhost"}, raise_request_exception=False)
    body = {"words": "x", "reason": "x", "purpose": "x", "q": WORDS, "address": hidden["address"],
            "resource_id": hidden["resource_id"], "join_into": hidden["need_id"]}  # fmt: skip
    found = {}
    for route in routes():
        for url in addresses(route, own, hidden):
            for method in METHODS:
                found[method, url] = _asked(client, cookies, method, url, body)
    for url in searches(hidden["address"]):
        found["GET", url] = _asked(client, cookies, "GET", url, {})
    return found


def _asked(client: Client, cookies: Any, method: str, url: str, body: dict[str, str]) -> tuple[int, bytes]:
    """One answer, without what changes from one to the next; what it did is undone."""
    cache.clear()
    client.cookies = deepcopy(cookies)
    with transaction.atomic():
        answer: Any = client.post(url, body) if method == "POST" else client.generic(method, url)
        content = answer.getvalue() if answer.streaming else answer.content
        transaction.set_rollback(True)
    if _PUBLISHED.match(url) and answer.status_code == 200 and content:
        content = _without_published(content)
    head = [
        (name, value) for name, value in answer.items() if name in ("Location", "Content-Disposition", "Content-Type")
    ]
    return answer.status_code, _normal(content) + repr(sorted(head)).encode()


def _without_published(content: bytes) -> bytes:
    """Only what should not have been published with the needs of others."""
    return json.dumps([{name: item[name] for name in _PRIVATE if item[name]} for item in json.loads(content)
                       if any(item[name] for name in _PRIVATE)]).encode()  # fmt: skip


def _normal(content: bytes) -> bytes:
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            content = b"".join(parts.read(name) for name in sorted(parts.namelist()) if "docProps" not in name)
    for pattern, name in _CHANGING:
        content = pattern.sub(name, content)
    hidden = {str(one).encode() for one in (NEED, PERSON, RESOURCE)}
    return _NEW_ID.sub(lambda found: found[0] if found[0] in hidden else b"<new>", content)
