"""Lines, parties and answers for tests of the pure rules, over the starter city's own items."""

from datetime import UTC, date, datetime
from functools import cache
from uuid import UUID, uuid5

from backend.cart.model import Answer, Cell, Line, Told
from backend.catalogue.model import Pack
from backend.catalogue.pack_read import read_pack
from backend.parties.model import Known, Party

TODAY = date(2026, 9, 25)
NOW = datetime(2026, 9, 25, 2, 0, tzinfo=UTC)
SPACE = UUID("6ba7b810-9dad-11d1-80b4-00c04fd430c8")
FATHER_ID = "460199194403051015"


@cache
def city() -> Pack:
    return read_pack()


def party(name: str) -> UUID:
    """The same id for the same name, in every test."""
    return uuid5(SPACE, name)


ME = party("person")


def line(item: str, number: int = 0, **bound: str) -> Line:
    """A line whose roles are bound to one shared party a kind, except those named in `bound` ("" declines)."""
    roles = city().items[item].roles
    names = {
        name: bound.get(name, role.kind if name in ("applicant",) or role.kind != "person" else name)
        for name, role in roles.items()
    }
    return Line(
        id=party(f"line:{item}:{number}"),
        item=city().items[item],
        version=1,
        position=number,
        parties={role: (party(name),) if name else () for role, name in names.items()},
    )


def everybody(*lines: Line) -> dict[UUID, Party]:
    return {
        subject: Party(id=subject, kind=one.item.roles[role].kind, is_self=subject == ME)
        for one in lines
        for role, subjects in one.parties.items()
        for subject in subjects
    }


def said(**values: object) -> Told:
    """Answers as `person__name="…"`: kind, two underscores, field; the subject is the shared party of the kind."""
    return Told(answers={cell(name.replace("__", ".")): Answer(value) for name, value in values.items()})


def cell(element: str, who: str = "") -> Cell:
    return (party(who or element.partition(".")[0]), element)


def register(
    element: str, value: object, source: str = "register.population", who: str = ""
) -> dict[Cell, tuple[Known, ...]]:
    return {cell(element, who): (Known(value, source, "B", NOW),)}
