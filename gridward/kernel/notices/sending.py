"""Taking notices out of the house: SMS, WeCom, DingTalk, Feishu, e-mail, through Apprise."""

from __future__ import annotations

from datetime import datetime, time

import apprise
from django.conf import settings
from django.db import transaction
from django.utils import translation

from gridward.kernel.clock import zone
from gridward.kernel.notices.models import Notice
from gridward.kernel.notices.queries import words_of

MAX_TRIES = 5
BATCH = 100


def quiet(now: datetime, start: time, end: time) -> bool:
    """Whether `now` lies in the quiet hours `start`–`end` of the district's zone (they may span midnight)."""
    local = now.astimezone(zone()).time()
    return start <= local < end if start <= end else local >= start or local < end


@transaction.atomic
def send_waiting(now: datetime) -> int:
    """Send a batch of waiting notices; what cannot be sent is tried again, then marked failed.

    With no channel configured a notice stays in the inbox only. Workers skip what another holds.
    Returns: how many were dealt with.
    """
    waiting = Notice.objects.filter(state=Notice.State.WAITING).order_by("made_at")
    batch = list(waiting.select_for_update(skip_locked=True, of=("self",)).select_related("user")[:BATCH])
    channels: list[str] = settings.NOTICE_CHANNELS
    if channels and quiet(now, *settings.NOTICE_QUIET_HOURS):
        return 0
    for notice in batch:
        if not channels or notice.user is None or not notice.user.phone:
            notice.state = Notice.State.INBOX
        elif _deliver(notice, channels):
            notice.state, notice.sent_at = Notice.State.SENT, now
        else:
            notice.tries += 1
            notice.state = Notice.State.FAILED if notice.tries >= MAX_TRIES else Notice.State.WAITING
    Notice.objects.bulk_update(batch, ["state", "sent_at", "tries"])
    return len(batch)


def _deliver(notice: Notice, channels: list[str]) -> bool:
    sender = apprise.Apprise()
    for url in channels:
        sender.add(url.replace("{phone}", notice.user.phone if notice.user else ""))
    with translation.override(settings.LANGUAGE_CODE):
        return bool(sender.notify(title=str(settings.HOUSE_NAME), body=words_of(notice)))
