"""What somebody answered, as it stands in an address or in JSON, made into facts; or a sentence why not."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation

from backend.core.conditions import Band, Value
from backend.core.i18n import _
from backend.scenarios.model import Option, Question, Scenario

YES = ("yes", "true", "是", "1")
NO = ("no", "false", "否", "0")
MAX_TEXT = 200
DASHES = str.maketrans(dict.fromkeys("-—~～至到", "–"))

Answers = Mapping[str, object]


class NotAnAnswer(ValueError):
    """`str()` is a sentence for the person who answered."""


def read_answers(scenario: Scenario, answers: Answers) -> tuple[dict[str, Value], dict[str, str]]:
    """The values of all good answers, and a sentence for each of the others, by question."""
    given: dict[str, Value] = {}
    invalid: dict[str, str] = {}
    for ask, answer in answers.items():
        question = scenario.question(ask)
        try:
            if question is None:
                raise NotAnAnswer(_("这份指引里没有这个问题。"))
            given[ask] = read_answer(question, answer)
        except NotAnAnswer as error:
            invalid[ask] = str(error)
    return given, invalid


def read_answer(question: Question, answer: object) -> Value:
    """The fact that one answer makes. Text as people type it is read as well as JSON values."""
    if isinstance(answer, (list, tuple)) and question.kind != "several":
        if len(answer) != 1:
            raise NotAnAnswer(_("这个问题只选一个答案。"))
        answer = answer[0]
    if isinstance(answer, str):
        answer = answer.strip()
    if answer is None or answer in ("", []) or (isinstance(answer, (dict, list)) and question.kind != "several"):
        raise NotAnAnswer(_("请先回答这个问题。"))
    return _READ[question.kind](question, answer)


def _choice(question: Question, answer: object) -> Value:
    return _option(question, answer).means


def _option(question: Question, answer: object) -> Option:
    for option in question.options:
        if answer in (option.value, option.label):
            return option
    raise NotAnAnswer(_("没有这个选项，请从列出的里面选一个。"))


def _band(question: Question, answer: object) -> Value:
    """A band by its words, or any number in it."""
    said = str(answer).translate(DASHES)
    for option in question.options:
        if said in (option.value.translate(DASHES), option.label):
            return option.means
    number = _number_in(answer)
    for option in question.options:
        if number is not None and isinstance(option.means, Band) and _between(option.means, number):
            return option.means
    raise NotAnAnswer(_("没有这个选项，请从列出的里面选一个。"))


def _between(band: Band, number: Decimal) -> bool:
    """Whole units: 79 and a half years are still 79."""
    low, high = band.low, band.high
    return (not isinstance(low, int) or low <= number) and (not isinstance(high, int) or number < high + 1)


def _several(question: Question, answer: object) -> Value:
    listed = answer if isinstance(answer, (list, tuple)) else [answer]
    if not listed:
        raise NotAnAnswer(_("请至少选一项；都不是的话，请选最后一项。") if question.none else _("请至少选一项。"))
    if len(listed) > len(question.options):
        raise NotAnAnswer(_("没有这个选项，请从列出的里面选一个。"))
    chosen = frozenset(_option(question, one).value for one in listed)
    if question.none in chosen and len(chosen) > 1:
        raise NotAnAnswer(_("选了“都没有”这样的答案，就不能再选别的了。"))
    return chosen


def _yes_no(_question: Question, answer: object) -> Value:
    said = str(answer).lower()
    if said in YES or said in NO:
        return said in YES
    raise NotAnAnswer(_("请回答“是”或者“否”。"))


def _number(question: Question, answer: object) -> Value:
    return _limited(question, _exact(_decimal(answer), whole=question.whole))


def _money(question: Question, answer: object) -> Value:
    """Yuan as people write them; the fact is in fen."""
    return _limited(question, _exact(_decimal(answer) * 100, whole=True))


def _decimal(answer: object) -> Decimal:
    number = _number_in(answer)
    if number is None:
        raise NotAnAnswer(_("请填一个数字，例如 3。"))
    return number


def _number_in(answer: object) -> Decimal | None:
    text = "" if isinstance(answer, bool) else str(answer).replace(",", "").replace("，", "").strip()
    try:
        number = Decimal(text) if len(text) <= 20 else Decimal("NaN")
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number) <= 10**15 else None


def _exact(number: Decimal, *, whole: bool) -> int | Decimal:
    if number == number.to_integral_value():
        return int(number)
    if whole:
        raise NotAnAnswer(_("这里请填整数；金额最多写到分。"))
    return number


def _limited(question: Question, number: int | Decimal) -> Value:
    low, high = question.least, question.most
    if (low is not None and number < low) or (high is not None and number > high):
        raise NotAnAnswer(_("这个数字好像不对，请再看一遍。"))
    return number


def _date(_question: Question, answer: object) -> Value:
    try:
        return date.fromisoformat(str(answer))
    except ValueError:
        raise NotAnAnswer(_("请填一个日期，例如 2026-01-31。")) from None


def _region(_question: Question, answer: object) -> Value:
    if not re.fullmatch(r"\d{6}|\d{9}|\d{12}", str(answer), re.ASCII):
        raise NotAnAnswer(_("请选一个地方。"))
    return str(answer)


def _text(_question: Question, answer: object) -> Value:
    text = str(answer)
    if len(text) > MAX_TEXT or "\0" in text:
        raise NotAnAnswer(_("写得太长了，请短一些。"))
    return text


_READ = {
    "choice": _choice, "several": _several, "bands": _band, "yes_no": _yes_no, "number": _number, "money": _money,
    "date": _date, "region": _region, "text": _text,
}  # fmt: skip
