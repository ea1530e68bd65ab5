"""Reading the cart's pages as a person does: which fields stand there, and what is in them."""

import re
from html import unescape
from urllib.parse import urlencode

ALLOWANCE, CARD, NURSING = "460100-MZ-001", "460100-MZ-002", "460100-MZ-003"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def hidden(html: str) -> dict[str, str]:
    """The sheet form's own hidden fields."""
    found = dict(re.findall(r'<input type="hidden" name="(cart|seen|topic)" value="([^"]*)"', html))
    return {name: unescape(value) for name, value in found.items()}


def asked(html: str) -> list[str]:
    """The names of the questions on the page, open ones first."""
    return re.findall(r'name="asked" value="([^"]+)"', html)


def field_named(html: str, element: str) -> str:
    return next(name for name in asked(html) if name.endswith(f".{element}"))


async def post(person, path: str, fields: dict[str, object]):
    """A form with several values a name where a list is given."""
    return await person.post(path, content=urlencode(fields, doseq=True), headers=FORM)


async def put_in(person, *codes: str):
    return await post(person, "/cart/lines", {"item": list(codes)})


async def fill(person, html: str, answers: dict[str, object]):
    """Sends the page's form with `element → text` for those of its questions that are in `answers`."""
    fields: dict[str, object] = {**hidden(html), "asked": asked(html)}
    fields |= {name: answers[code] for name in asked(html) if (code := name.partition(".")[2]) in answers}
    return await post(person, "/cart/sheet", fields)
