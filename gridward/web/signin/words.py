"""Words that anybody who knows the house would try first: a password may hold them, not consist of them."""

from __future__ import annotations

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

HOUSE_WORDS = (
    "gridward", "单元防线", "district", "headquarters", "community", "administrator", "admin", "dispatcher", "hotline",
    "emergency", "password", "mima", "zhihuibu", "yingji", "shequ", "指挥部", "应急", "社区", "密码",
)  # fmt: skip
"""Documented in docs/security.md."""
_LETTERS_LEFT = 6


class HouseWordsValidator:
    """Refuses a password of which little is left without words of the house, the account's name, digits and signs."""

    def validate(self, password: str, user: Any = None) -> None:
        """Look at one password.

        Raises: ValidationError, saying what to do.
        """
        left = password.lower()
        names = [str(getattr(user, "username", "") or "").lower(), str(getattr(user, "display_name", "") or "").lower()]
        for word in sorted((*HOUSE_WORDS, *filter(None, names)), key=len, reverse=True):
            left = left.replace(word, "")
        if len(password) != len(left) and len(re.sub(r"[\W\d_]", "", left)) < _LETTERS_LEFT:
            raise ValidationError(
                _("This is made of words everybody here would try. Add words that have nothing to do with the work.")
            )

    def get_help_text(self) -> str:
        """What a password must not be."""
        return _("Not made of the words of the house.")
