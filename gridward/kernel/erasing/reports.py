"""The signed report of an erasure: anyone with the house's public key can check it, without the house."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings
from django.db import connection

from gridward.kernel.erasing.actions import Erasure
from gridward.kernel.erasing.tables import tables_of
from gridward.kernel.journal.seals import head
from gridward.kernel.secrecy import keystore
from gridward.kernel.secrecy.keyring import SEARCH
from gridward.kernel.secrecy.keystore import Owner


def signed_report(done: Erasure, now: datetime, *, vacuumed: list[str]) -> dict[str, Any]:
    """What was destroyed, with the head of the journal, signed by Ed25519."""
    reached = head(settings.JOURNAL_KEY)
    said: dict[str, Any] = {
        "report": "gridward erasure 1",
        "incident": str(done.incident_id) if done.incident_id else None,
        "erased_at": now.isoformat(),
        "holders": done.holders,
        "rows": dict(sorted(done.rows.items())),
        "files": done.files,
        "keys": sorted(done.keys, key=lambda one: (one["holder"], one["fingerprint"])),
        "rewritten": sorted(vacuumed),
        "journal_head": {"number": reached.number, "hash": reached.hash} if reached else None,
        "public_key": public_key(),
    }
    return {**said, "signature": _private().sign(_canonical(said)).hex()}


def public_key() -> str:
    """The key that reports of this house are checked with, as hex."""
    return _private().public_key().public_bytes_raw().hex()


def is_genuine(report: Mapping[str, Any], key: str) -> bool:
    """Whether a report was signed by the house of a public key and not changed since."""
    said = {name: value for name, value in report.items() if name != "signature"}
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(
            bytes.fromhex(str(report.get("signature", ""))), _canonical(said)
        )
    except (InvalidSignature, ValueError):
        return False
    return report.get("public_key") == key


def left_over(report: Mapping[str, Any]) -> list[str]:
    """What of a report is not so in this house: keys that are still there, rows that came back."""
    found = []
    incident_id, holders = report["incident"], report["holders"]
    with connection.cursor() as query:
        for holder in holders if incident_id else ():
            for table in tables_of(holder):
                query.execute(f"SELECT count(*) FROM ({table.rows}) AS here", [incident_id])  # nosec B608 # names of ours
                if count := query.fetchone()[0]:
                    found.append(f"{count} rows in {table.name}")
            for name in (holder, holder + SEARCH):
                if not keystore.is_destroyed(Owner(incident_id, name)):
                    found.append(f"the half of the key of {name} is not marked as destroyed")
        marks = [one["fingerprint"] for one in report["keys"]]
        query.execute(
            "SELECT fingerprint FROM kernel_datakey WHERE fingerprint = ANY(%s) AND (destroyed_on IS NULL "
            "OR octet_length(wrapped) > 0)",
            [marks],
        )
        found += [f"the key {mark[:12]} is still there" for (mark,) in query.fetchall()]
    return found


def keep(report: Mapping[str, Any]) -> Path:
    """Write a report into the house's folder of reports."""
    folder = Path(settings.REPORT_FOLDER)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    moment = str(report["erased_at"]).replace(":", "").replace("+0000", "Z")
    path = folder / f"{report['incident'] or 'single'}-{moment}.json"
    path.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    return path


def _private() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(settings.REPORT_KEY.decode()))


def _canonical(said: Mapping[str, Any]) -> bytes:
    return json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()
