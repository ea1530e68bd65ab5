"""What a person types, what is stored, what the rules compare, what a person reads: one element, four shapes. Pure.

Stored are plain JSON values: text, true/false, whole numbers (years, counts, fen), decimal numbers as text, dates as
ISO text, several choices as a list. `typed` is what a form sends: texts, several for a multiple choice.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from backend.catalogue.model import Element, ElementType
from backend.core import codes
from backend.core.conditions import CHECKS, Value
from backend.core.errors import Problem
from backend.core.i18n import _

Plain = Any
WORDS = (ElementType.text, ElementType.long_text, ElementType.address)
SHORT_NUMBER = Decimal(10) ** 15


class AnswerError(ValueError):
    """The typed answer cannot be this element's. `problem` says what to change; its field is left for the caller."""

    def __init__(self, say: str, **params: object) -> None:
        super().__init__(say % params if params else say)
        self.problem = Problem(say, params=params)


def read_answer(element: Element, typed: Sequence[str], today: date) -> Plain | None:
    """The value to store, None for nothing typed; AnswerError with a sentence for anything that cannot be."""
    form: Literal["NFC", "NFKC"] = (
        "NFC" if element.type in WORDS else "NFKC"
    )  # full-width digits are a way of typing, punctuation is not
    texts = [unicodedata.normalize(form, text.replace("\u3000", " ")).strip() for text in typed if text.strip()]
    if not texts:
        return None
    lines = "\r\n" if element.type is ElementType.long_text else ""
    if any(len(text) > 2_000 or not text.translate(dict.fromkeys(map(ord, lines))).isprintable() for text in texts):
        raise AnswerError(_("这一栏里有看不见的字符，或者写得太长，请重新写一遍。"))
    if element.type is ElementType.choices:
        return [_choice(element, text) for text in dict.fromkeys(texts)]
    return _READERS[element.type](element, texts[0], today)


def _text(element: Element, text: str, _today: date) -> str:
    if len(text) > element.max_length:
        raise AnswerError(_("最多写 %(most)s 个字，现在有 %(n)s 个。"), most=element.max_length, n=len(text))
    return text


def _choice(element: Element, text: str) -> str:
    if text not in element.options:
        raise AnswerError(_("请从列出的几项里选。"))
    return text


def _yes_no(_element: Element, text: str, _today: date) -> bool:
    if text not in ("yes", "no"):
        raise AnswerError(_("请选“是”或“否”。"))
    return text == "yes"


def _id_number(_element: Element, text: str, today: date) -> str:
    try:
        return codes.read_resident_id(text, today).text
    except codes.CodeError as error:
        raise AnswerError(str(error)) from None


def _uscc(_element: Element, text: str, _today: date) -> str:
    try:
        return codes.read_credit_code(text)
    except codes.CodeError as error:
        raise AnswerError(str(error)) from None


def _bank_card(_element: Element, text: str, _today: date) -> str:
    digits = re.sub(r"[\s-]", "", text)
    if not CHECKS["bank_card"](digits):
        raise AnswerError(_("银行卡号不对。请照着卡面再看一遍，一般是 16 到 19 位数字。"))
    return digits


def _phone(_element: Element, text: str, _today: date) -> str:
    digits = re.sub(r"[\s-]", "", text).removeprefix("+86")
    if not re.fullmatch(r"1[3-9]\d{9}|0\d{9,11}", digits, re.ASCII):
        raise AnswerError(_("电话号码不对。手机写 11 位，座机要带区号。"))
    return digits


def _email(_element: Element, text: str, _today: date) -> str:
    if not re.fullmatch(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+", text):
        raise AnswerError(_("邮箱地址不对，例如 name@example.cn。"))
    return text


def _postcode(_element: Element, text: str, _today: date) -> str:
    if not CHECKS["postcode"](text):
        raise AnswerError(_("邮政编码是 6 位数字。"))
    return text


def _date(element: Element, text: str, today: date) -> str:
    found = re.fullmatch(r"(\d{4})\s*[-/.年]?\s*(\d{1,2})\s*[-/.月]?\s*(\d{1,2})\s*日?", text)
    try:
        day = date(*map(int, found.groups())) if found else None
    except ValueError:
        day = None
    if day is None:
        raise AnswerError(_("这个日期看不懂，请写成 2026-01-31 这样。"))
    if element.not_after and day > _limit(element.not_after, today):
        raise AnswerError(_("这个日期太晚了，请再看一遍。"))
    if day < _limit(element.not_before or "1850-01-01", today):
        raise AnswerError(_("这个日期太早了，请再看一遍。"))
    return day.isoformat()


def _limit(text: str, today: date) -> date:
    return today if text == "today" else date.fromisoformat(text)


def _whole(element: Element, text: str, _today: date) -> int:
    number = _number(text.removesuffix(element.unit).strip())
    if number != number.to_integral_value():
        raise AnswerError(_("请写整数。"))
    return int(_between(element, number))


def _area(element: Element, text: str, _today: date) -> str:
    number = _between(element, _number(text.removesuffix(element.unit).strip()))
    return format(number.quantize(Decimal("0.01")).normalize(), "f")


def _money(element: Element, text: str, _today: date) -> int:
    """Yuan as typed, fen as stored; `least` and `most` of a money element are in fen."""
    fen = _number(text.removesuffix("元").strip()) * 100
    if fen != fen.to_integral_value():
        raise AnswerError(_("金额最多写到分，例如 1250.50。"))
    return int(_between(element, fen, 100))


def _number(text: str) -> Decimal:
    try:
        number = Decimal(text.replace(",", "").replace(" ", ""))
    except InvalidOperation:
        raise AnswerError(_("这里要写数字。")) from None
    if not number.is_finite() or abs(number) >= SHORT_NUMBER:
        raise AnswerError(_("这个数字太大了，请再看一遍。"))
    return number


def _between(element: Element, number: Decimal, scale: int = 1) -> Decimal:
    if element.least is not None and number < element.least:
        raise AnswerError(_("不能小于 %(least)s。"), least=element.least // scale)
    if element.most is not None and number > element.most:
        raise AnswerError(_("不能大于 %(most)s。"), most=element.most // scale)
    return number


def _region(element: Element, text: str, _today: date) -> str:
    if not re.fullmatch(r"\d{6}", text, re.ASCII):
        raise AnswerError(_("请从列出的地方里选。"))
    if element.within and not text.startswith(element.within.rstrip("0")):
        raise AnswerError(_("这里只能选本市的地方。"))
    return text


_READERS: dict[ElementType, Callable[[Element, str, date], Plain]] = {
    ElementType.text: _text,
    ElementType.long_text: _text,
    ElementType.address: _text,
    ElementType.id_number: _id_number,
    ElementType.uscc: _uscc,
    ElementType.phone: _phone,
    ElementType.email: _email,
    ElementType.postcode: _postcode,
    ElementType.bank_card: _bank_card,
    ElementType.date: _date,
    ElementType.years: _whole,
    ElementType.number: _whole,
    ElementType.area: _area,
    ElementType.money: _money,
    ElementType.yes_no: _yes_no,
    ElementType.choice: lambda element, text, _today: _choice(element, text),
    ElementType.region: _region,
}


def value_of(element: Element, plain: Plain) -> Value:
    """A stored value as the rules compare it."""
    if element.type is ElementType.date and isinstance(plain, str):
        return date.fromisoformat(plain)
    if element.type is ElementType.choices:
        return frozenset(plain)
    if element.type is ElementType.area:
        return Decimal(str(plain))
    return plain  # type: ignore[no-any-return]


def shown(element: Element, plain: Plain, regions: Mapping[str, str], *, masked: bool = True) -> str:
    """A stored value in people's words; secret ones masked unless told otherwise."""
    if plain is None:
        return ""
    match element.type:
        case ElementType.yes_no:
            return "是" if plain else "否"
        case ElementType.choice:
            return element.options.get(plain, str(plain))
        case ElementType.choices:
            return "、".join(element.options.get(one, one) for one in plain)
        case ElementType.region:
            return regions.get(plain, plain)
        case ElementType.money:
            return f"{Decimal(plain) / 100:.2f}".removesuffix(".00") + f" {element.unit or '元'}"
        case ElementType.id_number | ElementType.bank_card if masked:
            return codes.masked(plain)
    return f"{plain} {element.unit}".strip()
