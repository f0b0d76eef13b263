"""What the house signs for readers outside of it: Ed25519, so that anyone with the public key can check it offline."""

from __future__ import annotations

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings


def sign(purpose: str, content: bytes) -> bytes:
    """The house's signature, 64 bytes, over some content; one for one purpose is none for another."""
    return _private().sign(told(purpose, content))


def public_key() -> bytes:
    """The key that signatures of this house are checked with, 32 bytes."""
    return _private().public_key().public_bytes_raw()


def is_genuine(purpose: str, content: bytes, signature: bytes, key: bytes) -> bool:
    """Whether the house of a public key signed this content for this purpose."""
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, told(purpose, content))
    except (InvalidSignature, ValueError):
        return False
    return True


def told(purpose: str, content: bytes) -> bytes:
    """The bytes that are signed; a purpose holds no line break."""
    return b"gridward " + purpose.encode() + b"\n" + content


def _private() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(settings.REPORT_KEY.decode()))
