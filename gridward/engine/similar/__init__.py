"""Which earlier texts a short Chinese or English text is like, how much and in what; groups are only proposed."""

from gridward.engine.similar.book import LEAST_ALIKE, Book, Like
from gridward.engine.similar.groups import Bridge, Proposal, proposed
from gridward.engine.similar.reading import Reading

__all__ = ["LEAST_ALIKE", "Book", "Bridge", "Like", "Proposal", "Reading", "proposed"]
