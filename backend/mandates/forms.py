"""What people fill in about a mandate: which things, how long. Pure."""

from typing import Any

from backend.catalogue.queries import Published
from backend.core.web import Form
from backend.mandates.counter import Typed
from backend.mandates.model import ACTIONS, AskFor, Grant
from backend.mandates.people import Shown
from backend.mandates.themes import EVERYTHING, Matters, chosen, themes_of

DAYS = ("1", "31", "90", "182", "365")
GUARDIAN_DAYS = (*DAYS, "1095", "1826")


def matters_of(form: Form, published: Published) -> Matters:
    """Everything an agent may do at all, or themes and items that she ticks."""
    if form.text("extent", "all") == "all":
        return EVERYTHING
    return chosen(published, form.all("themes"), form.all("items"))


def days_of(form: Form, days: tuple[str, ...] = DAYS) -> int:
    return int(form.text("days")) if form.text("days") in days else 0


def phone_of(typed: str) -> str:
    return typed.replace(" ", "").replace("-", "")


def grant_of(form: Form, published: Published) -> Grant:
    return Grant(
        agent_name=form.text("agent_name"),
        agent_phone=phone_of(form.text("agent_phone")),
        items=matters_of(form, published).items,
        days=days_of(form),
    )


def ask_of(form: Form, published: Published) -> AskFor:
    return AskFor(
        principal_name=form.text("principal_name"),
        principal_phone=phone_of(form.text("principal_phone")),
        way="posted_code" if form.text("way") == "posted_code" else "sms",
        items=matters_of(form, published).items,
        days=days_of(form),
    )


def shown_of(form: Form, side: str, **more: bool) -> Shown:
    """One person's card and how she is reached; fields begin with `side`."""
    return Shown(
        side=side,
        name="".join(form.text(f"{side}_name").split()),
        number=form.text(f"{side}_number"),
        phone=phone_of(form.text(f"{side}_phone")),
        address=form.text(f"{side}_address"),
        **more,
    )


def paper_of(form: Form, published: Published) -> Typed:
    """A mandate for the counter, or a guardian's with a court paper."""
    guardian = form.text("kind") == "guardian"
    return Typed(
        kind="guardian" if guardian else "entrusted",
        principal=shown_of(form, "principal"),
        agent=shown_of(form, "agent"),
        items=matters_of(form, published).items,
        matters=matters_of(form, published).words,
        actions=[action for action in ACTIONS if action == "see" or action in form.all("actions")],
        days=days_of(form, GUARDIAN_DAYS if guardian else DAYS),
    )


def choices(published: Published) -> dict[str, Any]:
    """What may be left to an agent, as the forms ask for it: whole themes; single items with code, name and department."""
    items = [(item.code, item.name, item.department) for item in published.pack.items.values() if item.agent]
    return {"themes": themes_of(published), "items": items}
