"""The ciphers a value may be sealed with, told apart by the first byte of what is kept. Pure but for random nonces.

What is kept: one byte for the cipher, eight for the key, twelve of nonce, then the ciphertext and its tag of sixteen.
Source: docs/adr/0019-secrets-are-sealed-by-the-application.md
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import SM4

KEY_BYTES = 32
NONCE_BYTES = 12
_TAG_BYTES = 16
_SM4_KEY_BYTES = 16


class Aead(Protocol):
    """Authenticated encryption under one key."""

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes:
        """The ciphertext with its tag behind it."""
        ...

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes:
        """The plaintext.

        Raises: InvalidTag if it was changed, or sealed with another key or for another place.
        """
        ...


class Sm4Gcm:
    """SM4 in Galois/Counter Mode (GB/T 32907, GB/T 36624) by the same three arguments as AESGCM."""

    def __init__(self, key: bytes) -> None:
        self._cipher = SM4(key[:_SM4_KEY_BYTES])

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes:
        """See `Aead`."""
        work = Cipher(self._cipher, modes.GCM(nonce)).encryptor()
        work.authenticate_additional_data(associated_data or b"")
        return work.update(data) + work.finalize() + work.tag

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes:
        """See `Aead`."""
        if len(data) < _TAG_BYTES:
            raise InvalidTag
        work = Cipher(self._cipher, modes.GCM(nonce, data[-_TAG_BYTES:])).decryptor()
        work.authenticate_additional_data(associated_data or b"")
        return work.update(data[:-_TAG_BYTES]) + work.finalize()


@dataclass(frozen=True)
class Algorithm:
    """One cipher by the byte that names it."""

    byte: int
    make: Callable[[bytes], Aead]


ALGORITHMS = {"aes-256-gcm": Algorithm(1, AESGCM), "sm4-gcm": Algorithm(2, Sm4Gcm)}
BY_BYTE = {one.byte: one for one in ALGORITHMS.values()}


def sealed(aead: Aead, head: bytes, text: bytes, where: bytes) -> bytes:
    """A value as it is kept: `head` names cipher and key; `where` is bound to it but not kept."""
    nonce = os.urandom(NONCE_BYTES)
    return head + nonce + aead.encrypt(nonce, text, where)
