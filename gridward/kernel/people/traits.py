"""The special needs and the skills the house ships as an example; a district may use any other key.

The page this product follows names eleven categories and gives three; the rest is ours, as an example.
Source: docs/how-to/replace-the-configuration.md
"""

from django.utils.translation import gettext_lazy as _

TRAITS = {
    "elder_alone": _("elder living alone"),
    "pregnant": _("pregnant"),
    "dialysis": _("on dialysis"),
    "seriously_ill": _("seriously ill"),
    "disabled": _("disabled"),
    "infant": _("infant"),
    "chronic_medicine": _("needs regular medicine"),
    "mental_illness": _("mental illness"),
    "child_unattended": _("child without a guardian at home"),
    "low_income": _("low income"),
    "after_surgery": _("after surgery or chemotherapy"),
}
SKILLS = {
    "wheelchair": _("wheelchair"),
    "stretcher": _("stretcher"),
    "infection_control": _("infection control"),
    "first_aid": _("first aid"),
    "obstetrics": _("obstetrics"),
    "escort": _("medical escort"),
    "repair": _("repairs"),
    "lift": _("lifts"),
    "care": _("care"),
    "counselling": _("counselling"),
    "legal": _("law"),
}
