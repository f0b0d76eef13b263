"""What the console keeps for itself: what all its processes must agree on, and passwords that work once."""

from django.conf import settings
from django.db import models

from gridward.kernel.walls import Open, Wall


class Shared(models.Model):
    """One entry of the cache that all processes share; written by Django's database cache alone."""

    cache_key = models.CharField(primary_key=True, max_length=255)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "web_shared"

    wall = Open("counts of failed sign-ins and used codes, by digest")

    def __str__(self) -> str:
        return self.cache_key


class OneTimePassword(models.Model):
    """Marks an account whose password somebody else knows: it must be changed at the next sign-in, before it ends."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="+")
    ends_at = models.DateTimeField()

    wall = Wall(
        address="", own=("user_id",), owner_writes=True, door=True, see=("grants.give",), change=("grants.give",)
    )

    def __str__(self) -> str:
        return f"{self.user_id}: {self.ends_at:%Y-%m-%d %H:%M}"
