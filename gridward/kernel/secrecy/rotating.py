"""New keys for old: another master key around the data keys, or other data keys from now on."""

from __future__ import annotations

from django.db import connection, transaction

from gridward.kernel.secrecy import keyring, keystore
from gridward.kernel.secrecy.keystore import Owner


@transaction.atomic
def rewrap_all(master: bytes) -> int:
    """Wrap every data key that is not destroyed under another master key. Returns how many.

    The caller puts that master key in force once this is committed.
    """
    with connection.cursor() as query:
        query.execute(
            "SELECT id, incident_id, holder, wrapped FROM kernel_datakey WHERE destroyed_on IS NULL FOR UPDATE"
        )
        rows = query.fetchall()
        for key_id, incident_id, holder, wrapped in rows:
            owner = Owner(incident_id, holder)
            raw = keystore.unwrap(owner, key_id, bytes(wrapped))
            again = keystore.wrap(owner, key_id, raw, master)
            query.execute("UPDATE kernel_datakey SET wrapped = %s WHERE id = %s", [again, key_id])
    keyring.forget_all()
    return len(rows)


def retire_keys(holder: str) -> int:
    """Let a holder's next value be sealed under a new key in every incident. Returns how many keys were in use."""
    with connection.cursor() as query:
        query.execute(
            "UPDATE kernel_datakey SET retired_on = statement_timestamp() "
            "WHERE holder = %s AND retired_on IS NULL AND destroyed_on IS NULL",
            [holder],
        )
        count = query.rowcount
    keyring.forget_all()
    return int(count)
