"""Groups proposed for a pile of texts, read in the order given."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass

from gridward.engine.similar.book import LEAST_ALIKE, Book, Like
from gridward.engine.similar.reading import Reading


@dataclass(frozen=True)
class Bridge:
    """A text that is like two groups: perhaps they are one. Nothing is merged; a person decides."""

    text: Hashable
    joined: Like
    also: Like


@dataclass(frozen=True)
class Proposal:
    """Groups in the order of their first texts, each named by it and in order; why each other text joined; bridges."""

    groups: dict[Hashable, tuple[Hashable, ...]]
    joins: dict[Hashable, Like]
    bridges: tuple[Bridge, ...]


def proposed(
    texts: Iterable[tuple[Hashable, str]], reading: Reading | None = None, least: float = LEAST_ALIKE
) -> Proposal:
    """Put each text into the group of the earlier text it is most like, or into a new one.

    Parameters: texts — (id, text), in the order they came. The order matters: a text only sees those before it, so
    the same texts in another order may fall into other groups.
    Raises: BadInput if an id comes twice or least is no share.
    """
    book = Book(reading, least)
    groups: dict[Hashable, list[Hashable]] = {}
    joins: dict[Hashable, Like] = {}
    bridges: list[Bridge] = []
    for text_id, text in texts:
        likes = book.likes(text, k=2)
        group = likes[0].group if likes else text_id
        book.add(text_id, text, group)
        groups.setdefault(group, []).append(text_id)
        if likes:
            joins[text_id] = likes[0]
        if len(likes) > 1:
            bridges.append(Bridge(text_id, likes[0], likes[1]))
    return Proposal({name: tuple(members) for name, members in groups.items()}, joins, tuple(bridges))
