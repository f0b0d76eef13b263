"""The house's own pair of keys for the field: what a device sealed to it needs no PIN to hand in.

ECDH on P-256 (what every browser's WebCrypto has), HKDF with SHA-256, AES-256-GCM bound to the record's id.
Source: docs/reference/sync.md, NIST SP 800-56A, RFC 5869
"""

from __future__ import annotations

import base64
import binascii
import hmac
from functools import cache
from hashlib import sha256
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings

POINT_BYTES, NONCE_BYTES = 65, 12
_INFO = b"gridward field record"
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


class CannotOpen(Exception):
    """It was not sealed to this house, or not for this record."""


@cache
def _private() -> ec.EllipticCurvePrivateKey:
    # 48 bytes taken modulo the order: as good as evenly spread (FIPS 186-5, A.2.1).
    made = HKDF(SHA256(), 48, None, b"gridward field key").derive(settings.SYNC_KEY)
    return ec.derive_private_key(int.from_bytes(made, "big") % (_ORDER - 1) + 1, ec.SECP256R1())


def public_key() -> str:
    """The uncompressed point that devices seal to, in base64."""
    point = _private().public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return base64.b64encode(point).decode()


def opened(sealed: str, record_id: UUID) -> bytes:
    """What a device sealed for a record.

    Raises: CannotOpen.
    """
    try:
        content = base64.b64decode(sealed, validate=True)
        theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), content[:POINT_BYTES])
        shared = _private().exchange(ec.ECDH(), theirs)
        key = HKDF(SHA256(), 32, content[:POINT_BYTES], _INFO).derive(shared)
        nonce, rest = content[POINT_BYTES : POINT_BYTES + NONCE_BYTES], content[POINT_BYTES + NONCE_BYTES :]
        return AESGCM(key).decrypt(nonce, rest, record_id.bytes)
    except (ValueError, InvalidTag, binascii.Error) as wrong:
        raise CannotOpen from wrong


def share_of(device_id: UUID, salt: bytes) -> bytes:
    """The server's half of a device's store key: gone for ever once the salt in the database is."""
    return hmac.digest(settings.SYNC_KEY, b"share " + device_id.bytes + salt, sha256)
