"""What all pages of the cart read out of forms alike."""

from collections.abc import Mapping
from uuid import UUID

from backend.cart.binding import Choice
from backend.cart.messages import Speaker
from backend.cart.model import Draft
from backend.core.db import Tx
from backend.core.errors import NotFound
from backend.core.web import Form


def speaker_of(tx: Tx, draft: Draft) -> Speaker:
    return Speaker(draft, tx.viewer.principal_name)


def answers_in(form: Form) -> dict[str, list[str]]:
    """Every field whose name has a dot, as answers are called. `asked` names those of the page that may be empty."""
    names = dict.fromkeys([*form.all("asked"), *(name for name, _text in form.fields if "." in name)])
    return {name: form.all(name) for name in names}


def choices_in(bind: Mapping[str, str]) -> dict[str, Choice]:
    """Role → the party chosen for it."""
    return {role: choice_in(text) for role, text in bind.items()}


def choice_in(text: str) -> Choice:
    return text if text in ("new", "none") else id_in(text)


def id_in(text: str) -> UUID:
    """An id from a form; one that is none is simply not found."""
    try:
        return UUID(text)
    except ValueError as error:
        raise NotFound() from error


def number_in(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else 0
