"""Sensitive personal information is filed only with the principal's separate consent, and registers are read only with hers."""

from backend.accounts.consents import SENSITIVE, agreed
from backend.cart.model import Draft
from backend.core.db import Tx


async def sensitive_unagreed(tx: Tx, draft: Draft) -> list[str]:
    """What of the sheet is sensitive, by its labels, while the consent to use it is not in force; empty: nothing to ask."""
    labels = [
        draft.pack.elements[element].label
        for (_subject, element), settled in draft.sheet.settled.items()
        if settled is not None
        and element in draft.pack.elements
        and draft.pack.elements[element].sensitivity == "secret"
    ]
    if not labels or await agreed(tx, draft.principal_id, SENSITIVE):
        return []
    return list(dict.fromkeys(labels))
