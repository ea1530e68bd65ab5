"""What other authorities hand in, as a table or as JSON, read and checked: every problem at once, with its place. Pure.

A table's first row names what stands below: the number somebody or something goes by (身份证号码, 统一社会信用代码 …), facts by their
label or code, and, where there are such, 截至 (of when this is true) and 删除 (是: there is no such record any more).
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Annotated, Any

import msgspec

from backend.catalogue.answers import AnswerError, read_answer
from backend.catalogue.intake_text import comma_rows, text_of
from backend.catalogue.model import Element, ElementType, Pack
from backend.registers.rules import AHEAD, checked, identity_of

AS_OF, GONE = "截至", "删除"
FORMULA = ("=", "+", "-", "@", "\t")
YES = {"是": "yes", "否": "no", "有": "yes", "无": "no", "true": "yes", "false": "no", "TRUE": "yes", "FALSE": "no"}
MOST_PUSHED = 1000


class Incoming(msgspec.Struct, frozen=True):
    """One record: who it is about, what is known, empty: there is none any more; of when, None: of now."""

    identity: str
    facts: dict[str, Any]
    at: datetime | None = None


class Fault(msgspec.Struct, frozen=True):
    """What is wrong, and where: row from 1 and the column's own name, or the path in a JSON body."""

    row: int
    column: str
    say: str


class Pushed(msgspec.Struct, frozen=True):
    """One record as a machine sends it. `deleted`: there is none any more."""

    identity: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    as_of: datetime
    facts: dict[str, Any] = {}
    deleted: bool = False


class Push(msgspec.Struct, frozen=True):
    records: Annotated[list[Pushed], msgspec.Meta(min_length=1, max_length=MOST_PUSHED)]


def read_table(
    name: str, data: bytes, register: str, pack: Pack, now: datetime, today: date
) -> tuple[list[Incoming], list[Fault]]:
    """All records, or everything that is wrong; IntakeError where it is no table at all."""
    rows = comma_rows(name, text_of(name, data)[0])
    _number, header = next(rows, (1, []))
    columns = [title.strip().lstrip("\ufeff") for title in header]
    meant, faults = _meant(columns, register, pack)
    if faults:
        return [], faults
    found: dict[str, Incoming] = {}
    for row, cells in rows:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(columns):
            faults.append(Fault(row, "", f"这一行有 {len(cells)} 列，应当有 {len(columns)} 列"))
            continue
        read, wrong = _row(row, dict(zip(columns, cells, strict=True)), meant, pack, now, today)
        faults += wrong
        if read and read.identity in found:
            faults.append(Fault(row, "", "同一个号码在这个文件里出现了两次"))
        if read:
            found[read.identity] = read
    if not found and not faults:
        faults.append(Fault(1, "", "除了表头，一行也没有"))
    return list(found.values()), faults


def _meant(columns: list[str], register: str, pack: Pack) -> tuple[dict[str, Element | str], list[Fault]]:
    """Column → the element it holds, or `AS_OF`, `GONE`."""
    known = pack.registers[register]
    identity = pack.elements[identity_of(known.about, pack)]
    elements = [pack.elements[code] for code in known.facts]
    names: dict[str, Element | str] = {AS_OF: AS_OF, GONE: GONE}
    for element in (*elements, identity):
        names |= {element.label: element, element.code: element}
    faults = [Fault(1, column, f"{known.label}不登记这一栏") for column in columns if column not in names]
    meant = {column: names[column] for column in columns if column in names}
    if identity not in meant.values():
        faults.append(Fault(1, identity.label, "缺少这一栏，分不清说的是谁"))
    seen = [getattr(one, "code", one) for one in meant.values()]
    faults += [Fault(1, column, "这一栏出现了两次") for column in dict.fromkeys(columns) if columns.count(column) > 1]
    if len(set(seen)) < len(seen):
        faults.append(Fault(1, "", "同一项写成了两栏"))
    return meant, faults


def _row(
    row: int, cells: Mapping[str, str], meant: Mapping[str, Element | str], pack: Pack, now: datetime, today: date
) -> tuple[Incoming | None, list[Fault]]:
    faults: list[Fault] = []
    said: dict[str, Any] = {}
    for column, cell in cells.items():
        try:
            said[_code(meant[column])] = _cell(meant[column], cell, pack, now, today)
        except AnswerError as error:
            faults.append(Fault(row, column, str(error)))
    identity = said.pop(next(code for code in (_code(one) for one in meant.values()) if _is_identity(code, pack)), None)
    if identity is None and not faults:
        faults.append(Fault(row, "", "没有写是谁的"))
    gone, at = said.pop(GONE, None), said.pop(AS_OF, None)
    facts = {} if gone else {code: value for code, value in said.items() if value is not None}
    if not facts and not gone and not faults:
        faults.append(Fault(row, "", "除了号码什么也没有写；记录没有了，请在“删除”一栏写“是”"))
    return (None, faults) if faults or identity is None else (Incoming(identity, facts, at), [])


def _code(meant: Element | str) -> str:
    return meant if isinstance(meant, str) else meant.code


def _is_identity(code: str, pack: Pack) -> bool:
    return code in pack.elements and code == identity_of(pack.elements[code].kind, pack)


def _cell(meant: Element | str, cell: str, pack: Pack, now: datetime, today: date) -> Any:
    """The stored value of one cell, None for an empty one; AnswerError with what is wrong."""
    text = cell.strip()
    if not text:
        return None
    if cell.startswith(FORMULA):
        raise AnswerError("这一格像公式，不导入；请换成写好的值")
    if meant == AS_OF:
        return _moment(text, now)
    if isinstance(meant, str):
        return _yes_or_nothing(text)
    value = read_answer(meant, _typed(meant, text), today)
    if meant.type is ElementType.region and value not in pack.city.regions:
        raise AnswerError("没有这个地方的代码")
    return value


def _typed(element: Element, text: str) -> list[str]:
    """As the form of a page would send it: choices by their value, yes and no in words."""
    words = {label: value for value, label in element.options.items()}
    if element.type is ElementType.choices:
        return [words.get(one.strip(), one.strip()) for one in text.replace("，", "、").split("、")]
    if element.type is ElementType.yes_no:
        return [YES.get(text, text)]
    return [words.get(text, text)]


def _yes_or_nothing(text: str) -> bool:
    if YES.get(text) is None:
        raise AnswerError("请写“是”或“否”")
    return YES[text] == "yes"


def _moment(text: str, now: datetime) -> datetime:
    """With a time zone as it says; a day or a time without one is this city's."""
    try:
        moment = datetime.fromisoformat(text.replace("/", "-"))
    except ValueError:
        raise AnswerError("这个时间看不懂，请写成 2026-01-31 或 2026-01-31 09:30") from None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=now.tzinfo)
    if moment > now + AHEAD:
        raise AnswerError("这个时间还没有到")
    return moment


def read_push(push: Push, register: str, pack: Pack, now: datetime, today: date) -> tuple[list[Incoming], list[Fault]]:
    """All records of a push, or everything that is wrong with it."""
    known, faults, found = pack.registers[register], list[Fault](), dict[str, Incoming]()
    identity_element = pack.elements[identity_of(known.about, pack)]
    for number, record in enumerate(push.records):
        at = f"records[{number}]"
        try:
            identity = checked(identity_element, record.identity, today)
        except AnswerError as error:
            faults.append(Fault(number, f"{at}.identity", str(error)))
            continue
        wrong = list(_wrong_record(record, at, number, now))
        facts = {} if record.deleted else _facts(record, known.facts, pack, at, number, today, wrong)
        faults += wrong
        if identity in found:
            faults.append(Fault(number, f"{at}.identity", "同一个号码出现了两次"))
        found[identity] = Incoming(identity, facts, record.as_of)
    return list(found.values()), faults


def _wrong_record(record: Pushed, at: str, number: int, now: datetime) -> Iterator[Fault]:
    if record.as_of.tzinfo is None:
        yield Fault(number, f"{at}.as_of", "要写时区，例如 2026-01-31T09:30:00+08:00")
    elif record.as_of > now + AHEAD:
        yield Fault(number, f"{at}.as_of", "这个时间还没有到")
    if bool(record.facts) == record.deleted:
        yield Fault(number, f"{at}.facts", "要么写事实，要么写 deleted")


def _facts(
    record: Pushed, known: tuple[str, ...], pack: Pack, at: str, number: int, today: date, wrong: list[Fault]
) -> dict[str, Any]:
    facts = {}
    for code, value in record.facts.items():
        if code not in known:
            wrong.append(Fault(number, f"{at}.facts.{code[:60]}", "这个登记库不登记这一项"))
        elif value is not None:
            try:
                facts[code] = checked(pack.elements[code], value, today)
            except AnswerError as error:
                wrong.append(Fault(number, f"{at}.facts.{code}", str(error)))
    return facts
