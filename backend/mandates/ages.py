"""The two birthdays that change who decides for a child. Pure."""

from datetime import date

OF_AGE, OWN_CONSENT = 18, 14  # years: Civil Code art. 17; PIPL art. 31


def birthday(born: date, years: int) -> date:
    """Who was born on the 29th of February has it on the 1st of March where there is no 29th."""
    try:
        return born.replace(year=born.year + years)
    except ValueError:
        return date(born.year + years, 3, 1)
