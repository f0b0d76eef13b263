"""Who may sign in, and what each grant lets them see and do, where."""

from typing import Any

from django.contrib.auth.models import AbstractUser
from django.db import connection, models
from django.utils.translation import gettext_lazy as _

from gridward.kernel.fields import AddressField
from gridward.kernel.secrecy.fields import Secret
from gridward.kernel.walls import Wall


class User(AbstractUser):
    """An account of one member of staff."""

    display_name = Secret(_("name"), max_length=80, blank=True, holder="staff")
    phone = Secret(_("phone"), max_length=32, blank=True, holder="staff")
    organisation = models.ForeignKey(
        "kernel.Organisation", models.SET_NULL, null=True, blank=True, verbose_name=_("organisation")
    )

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")

    wall = Wall(address="", staff=True, door=True, own=("id",), owner_writes=True, change=("grants.give",))

    def __str__(self) -> str:
        return self.display_name or self.username

    def save(self, *args: Any, **options: Any) -> None:
        """Write the account; a new one gets its number first, for its name and phone are sealed for it."""
        if self.pk is None:
            self.pk = next_numbers(1)[0]
        super().save(*args, **options)


def next_numbers(count: int) -> list[int]:
    """Numbers for new accounts that nobody has; for whoever makes many at once."""
    numbers = "SELECT nextval(pg_get_serial_sequence('kernel_user', 'id')) FROM generate_series(1, %s)"
    with connection.cursor() as query:
        query.execute(numbers, [count])
        return [number for (number,) in query.fetchall()]


class Grant(models.Model):
    """A role, over an area, in one incident or in all."""

    user = models.ForeignKey(User, models.CASCADE, verbose_name=_("account"), related_name="grants")
    role = models.CharField(_("role"), max_length=48)
    address = AddressField(_("area"))
    incident = models.ForeignKey(
        "kernel.Incident", models.CASCADE, null=True, blank=True, verbose_name=_("only in the incident")
    )
    given_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+", editable=False)
    given_at = models.DateTimeField(_("given"), auto_now_add=True)

    class Meta:
        verbose_name = _("grant")
        verbose_name_plural = _("grants")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role", "address", "incident"], name="grant_once", nulls_distinct=False
            ),
        ]

    wall = Wall(see=("grants.give",), change=("grants.give",), own=("user_id",), door=True)

    def __str__(self) -> str:
        return f"{self.user} · {self.role} · {self.address}"
