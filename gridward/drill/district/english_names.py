"""English names of divisions: the pinyin of their own name, and what kind of division they are."""

from __future__ import annotations

from pypinyin import lazy_pinyin

_KINDS = (
    ("村村民委员会", "Village"),
    ("村民委员会", "Village"),
    ("社区居民委员会", "Community"),
    ("居民委员会", "Community"),
    ("街道", "Subdistrict"),
    ("镇", "Town"),
)


def english_name(name: str) -> str:
    """A division's name in English: 珞璜镇 → Luohuang Town. A name of no known kind is only written in pinyin."""
    for ending, kind in _KINDS:
        own = name.removesuffix(ending)
        if own and own != name:
            return f"{_written(own)} {kind}"
    return _written(name)


def _written(own: str) -> str:
    return "".join(lazy_pinyin(own)).capitalize()
