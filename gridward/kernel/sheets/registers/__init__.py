"""The sheets of the kernel's own registers."""

from gridward.kernel.sheets.registers.accounts import ACCOUNTS
from gridward.kernel.sheets.registers.areas import AREAS
from gridward.kernel.sheets.registers.organisations import ORGANISATIONS
from gridward.kernel.sheets.registers.people import PEOPLE
from gridward.kernel.sheets.registers.resources import RESOURCES

KERNEL_SHEETS = (AREAS, PEOPLE, ORGANISATIONS, RESOURCES, ACCOUNTS)
"""In the order in which a new district fills them."""
