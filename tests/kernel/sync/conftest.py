"""A field worker with an enrolled phone, and what it takes to speak the protocol."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.test import Client

from gridward.kernel import clock
from gridward.kernel.access.actor import Actor
from gridward.kernel.address import text
from gridward.kernel.ids import new_id
from gridward.kernel.incidents.models import Incident
from gridward.kernel.sync.actions import devices, forms
from gridward.kernel.sync.canonical import digest_of
from tests.kernel.conftest import SOUTH

GOOD = {"form": "visit", "address": text(SOUTH), "answers": {"met": "yes", "people": 3}}


@dataclass
class Phone:
    """One enrolled installation, speaking over HTTP."""

    actor: Actor
    device_id: Any
    token: str
    epoch: int
    sequence: int = 0
    client: Client = field(default_factory=lambda: Client(headers={"accept-language": "zh-hans"}))

    def item(self, body: dict[str, Any] | None = None, kind: str = "field.form", **more: Any) -> dict[str, Any]:
        """A record with the next number."""
        body = GOOD if body is None else body
        self.sequence += 1
        made = {"id": str(new_id()), "sequence": self.sequence, "type": kind, "base": None, "at_ms": now_ms(),
                "offset_ms": None, "digest": digest_of(body).hex(), "body": body}  # fmt: skip
        return made | more

    def send(self, *items: dict[str, Any], **more: Any) -> Any:
        """Upload a batch."""
        batch = {"epoch": self.epoch, "sent_ms": now_ms(), "items": items} | more
        return self.post("/sync/upload", batch)

    def post(self, path: str, content: Any) -> Any:
        """POST JSON as this device."""
        head = {"authorization": f"Bearer {self.token}", "accept": "application/json"}
        return self.client.post(path, json.dumps(content), "application/json", headers=head)

    def get(self, path: str) -> Any:
        """GET as this device."""
        return self.client.get(path, headers={"authorization": f"Bearer {self.token}", "accept": "application/json"})


def now_ms() -> int:
    return int(time.time() * 1000)


@pytest.fixture
def phone(incident: Incident, sign_up: Callable[[str, str, int], Actor]) -> Phone:
    """The southern community's field worker's phone."""
    return enrolled(sign_up("walker", "field", SOUTH))


@pytest.fixture
def other_phone(phone: Phone) -> Phone:
    """A second phone of the same account."""
    return enrolled(phone.actor)


def enrolled(actor: Actor) -> Phone:
    """A new phone of an account."""
    now = clock.now()
    forms.install(now)
    made = devices.enrol(devices.offer(actor, "红米", now).code, now)
    return Phone(actor, made.device.pk, made.token, made.device.epoch)


def outcomes(response: Any) -> list[str]:
    """The outcome of each item."""
    return [one["outcome"] for one in response.json()["results"]]


def reasons(response: Any) -> list[str]:
    """The reason of each item; "" where it was stored."""
    return [one.get("reason", "") for one in response.json()["results"]]
