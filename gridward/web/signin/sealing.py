"""Secrets of second factors are kept sealed (AES-GCM), under a key that lives outside the database and its backups."""

from __future__ import annotations

import base64
import secrets
from hashlib import sha256

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from gridward.web.config import config

_NONCE_BYTES = 12
_PURPOSE = b"second factor"


def sealed(text: str) -> str:
    """A text as it is kept: nonce and ciphertext in Base64."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return base64.b64encode(nonce + _cipher().encrypt(nonce, text.encode(), _PURPOSE)).decode("ascii")


def unsealed(kept: str) -> str:
    """The text behind what is kept.

    Raises: cryptography.exceptions.InvalidTag if it was changed, or sealed with another key.
    """
    raw = base64.b64decode(kept)
    return _cipher().decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], _PURPOSE).decode()


def _cipher() -> AESGCM:
    return AESGCM(sha256(config().secret("second-factor")).digest())
