"""The rows of `conditions_form.py` with everything the page needs to draw them: what may be chosen, and which input. Pure."""

from collections.abc import Mapping

import msgspec

from backend.core.conditions_derive import CHECKS
from backend.core.conditions_form import (
    COUNTED,
    FIELDS,
    GROUPS,
    HEADS,
    OTHER,
    OVER_MEMBERS,
    SUMMED,
    TERM,
    Part,
    Vocabulary,
    summed,
)
from backend.core.conditions_form_values import CHOSEN, SEVERAL, Named
from backend.core.conditions_parts import STANDING
from backend.core.i18n import _

HEAD_WORDS = {
    "fact": _("看一项内容"),
    "compare": _("比两项内容"),
    "all": _("下面每一条都要符合"),
    "any": _("下面符合一条就行"),
    "not": _("下面这一条不能成立"),
    "score": _("算分：符合的各记几分"),
    "total": _("几项加起来"),
    TERM: _("加上这一项"),
    "every": _("每一位都要这样"),
    "some": _("至少有一位这样"),
    "count": _("数一数有几位"),
    "sum": _("加起来一共多少"),
    "item": _("这件事自己的条件"),
    "holds": _("起好名字的一条规则"),
    OTHER: _("原来写好的算法，照旧"),
}
OP_WORDS = {
    "is": _("是"),
    "is_not": _("不是"),
    "in": _("是其中一个"),
    "at_least": _("不少于"),
    "at_most": _("不超过"),
    "more_than": _("多于"),
    "less_than": _("少于"),
    "before": _("早于"),
    "after": _("晚于"),
    "within": _("在这些地方以内"),
    "includes": _("里选了"),
    "matches": _("通过检查"),
    "known": _("填了没有"),
}
CHECK_WORDS = {
    "resident_id": _("身份证号"),
    "social_credit_code": _("统一社会信用代码"),
    "bank_card": _("银行卡号"),
    "mobile": _("手机号"),
    "postcode": _("邮政编码"),
}
TRUST_WORDS = {"A": _("证照"), "B": _("核对过的"), "C": _("承诺过的"), "D": _("本人说的")}


class Option(msgspec.Struct, frozen=True):
    value: str
    label: str


Options = tuple[Option, ...]


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One row. `texts`: what stands in its fields, `values` in the one for the value; `input`: how that is typed (text,
    number, date, select, boxes, or none). `facts` stand under headings."""

    place: str
    head: str
    heads: Options
    texts: dict[str, str]
    values: tuple[str, ...]
    rows: tuple["Row", ...]
    facts: tuple[tuple[str, Options], ...] = ()
    roles: Options = ()
    ops: Options = ()
    input: str = ""
    unit: str = ""
    options: Options = ()
    sources: Options = ()
    ruled: bool = False
    first: bool = True
    last: bool = True
    inside: bool = False
    weighed: bool = False

    @property
    def grows(self) -> bool:
        """Rows can be added below it."""
        return self.group or self.head in SUMMED or (self.members and not self.rows)

    @property
    def group(self) -> bool:
        return self.head in GROUPS

    @property
    def members(self) -> bool:
        return self.head in OVER_MEMBERS

    @property
    def more(self) -> bool:
        """Something stands under the fold: it is open then."""
        return any(self.texts[word] for word in ("from", "trust", "basis", "with_from", "with_trust", "plus"))


def row_of(part: Part | None, place: str, words: Vocabulary) -> Row | None:
    return None if part is None else _row(part, place, words, 0, 1, inside=False)


def _row(part: Part, place: str, words: Vocabulary, at: int, of: int, *, inside: bool, weighed: bool = False) -> Row:
    named = _named(part, words)
    values = part.said.get("value", ())
    how = _input(part, named)
    return Row(
        place=place,
        head=part.head,
        heads=_heads(part, words),
        texts={word: part.text(word) for word in FIELDS},
        values=values,
        rows=tuple(
            _row(p, f"{place}.{n}", words, n, len(part.parts), inside=True, weighed=part.head == "score")
            for n, p in enumerate(part.parts)
        ),
        facts=_facts(words, {part.text("fact"), part.text("with")})
        if part.head in ("fact", "compare", "sum", TERM)
        else (),
        roles=_listed(words.named)
        if part.head == "holds"
        else _listed(words.repeated)
        if part.head in OVER_MEMBERS
        else (),
        ops=_ops(part, named),
        input=how,
        unit=named.unit or ("元" if named.kind == "money" else "") if named and how == "number" else "",
        options=_options(part, named, values),
        sources=_listed(words.sources),
        ruled=words.ruled,
        first=at == 0,
        last=at == of - 1,
        inside=inside,
        weighed=weighed,
    )


def _named(part: Part, words: Vocabulary) -> Named | None:
    if part.head in SUMMED:
        return summed(part, words)
    if part.head == "count":
        return COUNTED
    return words.facts.get(part.text("fact")) if part.head in ("fact", "sum") else None


def _heads(part: Part, words: Vocabulary) -> Options:
    """What this row may be: over members only where there are some, and what it is now in any case."""
    if part.head == TERM:
        return (Option(TERM, HEAD_WORDS[TERM]),)
    offered = [head for head in HEADS if head not in OVER_MEMBERS or words.repeated]
    offered = [head for head in offered if (head != "item" or words.fits) and (head != "holds" or words.named)]
    return tuple(Option(head, HEAD_WORDS[head]) for head in dict.fromkeys((*offered, part.head)) if head in HEAD_WORDS)


def _facts(words: Vocabulary, chosen: set[str]) -> tuple[tuple[str, Options], ...]:
    """Under the headings in the order they come; what is named and not there any more stays to be seen."""
    groups: dict[str, list[Option]] = {}
    for key, named in words.facts.items():
        groups.setdefault(named.group, []).append(Option(key, named.label or key))
    if gone := sorted(key for key in chosen if key and key not in words.facts):
        groups.setdefault("", []).extend(Option(key, key) for key in gone)
    return tuple((group, tuple(options)) for group, options in groups.items())


def _listed(named: Mapping[str, str]) -> Options:
    return tuple(Option(key, label) for key, label in named.items())


def _ops(part: Part, named: Named | None) -> Options:
    ops = STANDING if part.head == "compare" else named.ops if named else ()
    return tuple(Option(op, OP_WORDS[op]) for op in ops)


def _input(part: Part, named: Named | None) -> str:
    op = part.text("op") or (named.ops[0] if named else "")
    if named is None:
        return ""
    if op in ("known", "matches") or named.kind == "yes_no":
        return "select"
    if named.kind in CHOSEN:
        return "boxes" if op in SEVERAL else "select"
    if named.kind == "date":
        return "date"
    return "number" if named.ops[0] == "at_least" and op not in SEVERAL else "text"


def _options(part: Part, named: Named | None, values: tuple[str, ...]) -> Options:
    op = part.text("op")
    if named is None:
        return ()
    if op == "matches":
        return tuple(Option(check, CHECK_WORDS.get(check, check)) for check in sorted(CHECKS))
    if op == "known":
        return (Option("yes", _("填了")), Option("no", _("没有填")))
    if named.kind == "yes_no":
        return (Option("yes", _("是")), Option("no", _("否")))
    gone = [value for value in values if value and value not in named.options and named.kind in CHOSEN]
    return (*_listed(named.options), *(Option(value, value) for value in gone))
