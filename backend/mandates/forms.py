"""What people fill in about a mandate: which things, how long. Pure."""

from backend.catalogue.queries import Published
from backend.core.web import Form
from backend.mandates.counter import Typed
from backend.mandates.model import ACTIONS, AskFor, Grant
from backend.mandates.people import Shown

DAYS = ("1", "31", "90", "182", "365")
GUARDIAN_DAYS = (*DAYS, "1095", "1826")
ALL = "所有允许代办的事项"


def items_of(form: Form, published: Published) -> list[str] | None:
    """None: everything an agent may do at all."""
    if form.text("extent", "all") == "all":
        return None
    return [code for code in form.all("items") if code in published.titles]


def matters_of(form: Form, published: Published) -> str:
    items = items_of(form, published)
    return ALL if items is None else "、".join(published.titles[code] for code in items)


def days_of(form: Form, days: tuple[str, ...] = DAYS) -> int:
    return int(form.text("days")) if form.text("days") in days else 0


def phone_of(typed: str) -> str:
    return typed.replace(" ", "").replace("-", "")


def grant_of(form: Form, published: Published) -> Grant:
    return Grant(
        agent_name=form.text("agent_name"),
        agent_phone=phone_of(form.text("agent_phone")),
        items=items_of(form, published),
        days=days_of(form),
    )


def ask_of(form: Form, published: Published) -> AskFor:
    return AskFor(
        principal_name=form.text("principal_name"),
        principal_phone=phone_of(form.text("principal_phone")),
        way="posted_code" if form.text("way") == "posted_code" else "sms",
        items=items_of(form, published),
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
        items=items_of(form, published),
        matters=matters_of(form, published),
        actions=[action for action in ACTIONS if action == "see" or action in form.all("actions")],
        days=days_of(form, GUARDIAN_DAYS if guardian else DAYS),
    )


def choosable(published: Published) -> list[tuple[str, str, str]]:
    """Code, name and department of everything that may be left to an agent."""
    return [(item.code, item.name, item.department) for item in published.pack.items.values() if item.agent]
