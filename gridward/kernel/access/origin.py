"""From where on the network a request came, also behind a proxy that speaks TLS for the house."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from django.conf import settings
from django.http import HttpRequest

UNKNOWN = "::"
# One subscriber is given at least this much of IPv6, and may send from any address in it.
_SUBSCRIBER_BITS = 64


def origin_of(request: HttpRequest) -> str:
    """The address a request came from: behind TLS the last hop, which our own proxy wrote; all before it can be forged.

    Returns: an IPv4 or IPv6 address, `UNKNOWN` where there is none.
    """
    last_hop = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2] if settings.BEHIND_TLS else ""
    return str(_parsed(last_hop) or _parsed(request.META.get("REMOTE_ADDR", "")) or UNKNOWN)


def network_of(request: HttpRequest) -> str:
    """What limits are counted by: the IPv4 address, or the IPv6 network of one subscriber."""
    address = ip_address(origin_of(request))
    if isinstance(address, IPv4Address):
        return str(address)
    return str(IPv6Network((address, _SUBSCRIBER_BITS), strict=False))


def _parsed(words: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(words.strip())
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address
