"""How personal data is hidden until somebody says why they need it. Pure."""

from __future__ import annotations

from datetime import date


def masked_name(name: str) -> str:
    """A name with only its first character shown: 张小明 → 张**."""
    return name[:1] + "*" * max(len(name) - 1, 1) if name else ""


def masked_number(number: str) -> str:
    """A phone or ID number with only its first three and last two characters shown."""
    return number[:3] + "*" * (len(number) - 5) + number[-2:] if len(number) > 6 else "*" * len(number)


def age(born_on: date | None, today: date) -> int | None:
    """Full years of age; None where the birthday is not known."""
    if born_on is None:
        return None
    return today.year - born_on.year - ((today.month, today.day) < (born_on.month, born_on.day))
