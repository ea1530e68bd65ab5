"""From a wording and what is known of a case to the lines of a document, and what a wording must not lack. Pure."""

import re
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from backend.core.errors import Problem
from backend.core.i18n import _
from backend.documents.kinds import LISTS, PLACEHOLDERS, Kind

NAMED = re.compile(r"\{([^{}\n]*)\}")
LONGEST_TITLE, LONGEST_BODY = 60, 8000

Value = str | list[str]


class Part(msgspec.Struct, frozen=True):
    """A paragraph, or a numbered list."""

    text: str = ""
    items: tuple[str, ...] = ()


def filled(body: str, values: Mapping[str, Value]) -> list[Part]:
    """One part a line. A line of which something is not known is left out; a list stands for itself."""
    return [part for line in body.splitlines() if line.strip() and (part := _filled(line.strip(), values))]


def _filled(line: str, values: Mapping[str, Value]) -> Part | None:
    names = NAMED.findall(line)
    if not all(values.get(name) for name in names):
        return None
    if len(names) == 1 and isinstance(several := values[names[0]], list):
        return Part(items=tuple(several))
    return Part(text=NAMED.sub(lambda named: str(values[named[1]]), line))


def wrong_with(kind: Kind, title: str, body: str) -> list[Problem]:
    """Everything for which a wording cannot be checked or published; `field` is title or body."""
    return [*_title(title), *_length(body), *_placeholders(kind, body), *_required(kind, body)]


def _title(title: str) -> Iterator[Problem]:
    if not title.strip() or len(title) > LONGEST_TITLE:
        yield Problem(_("请写标题，60 个字以内。"), "title")
    if "{" in title or "}" in title:
        yield Problem(_("标题里不能用占位符。"), "title")


def _length(body: str) -> Iterator[Problem]:
    if not body.strip() or len(body) > LONGEST_BODY:
        yield Problem(_("请写正文，8000 字以内。"), "body")


def _placeholders(kind: Kind, body: str) -> Iterator[Problem]:
    for name in dict.fromkeys(NAMED.findall(body)):
        if name not in PLACEHOLDERS:
            yield Problem(_("没有“{%(name)s}”这个占位符。请从右边的表里选。"), "body", {"name": name})
        elif name not in kind.placeholders:
            yield Problem(_("这种文书里没有“{%(name)s}”可填。请删掉它。"), "body", {"name": name})
    if "{" in (rest := NAMED.sub("", body)) or "}" in rest:
        yield Problem(_("有一个花括号没有配对，请检查。"), "body")
    for line in body.splitlines():
        if (lists := LISTS.intersection(NAMED.findall(line))) and NAMED.sub("", line).strip():
            yield Problem(_("“{%(name)s}”要单独占一行。"), "body", {"name": min(lists)})


def _required(kind: Kind, body: str) -> Iterable[Problem]:
    """What the law wants said cannot be edited out; nor can it stand in a line that something else may leave out."""
    sure = {"事项名称", *kind.needs}
    for name in ("事项名称", *kind.needs):
        lines = [line for line in body.splitlines() if name in NAMED.findall(line)]
        if not lines:
            yield Problem(_("依法必须写明“{%(name)s}”，不能删。"), "body", {"name": name})
        elif not any(set(NAMED.findall(line)) <= sure | SURE for line in lines):
            yield Problem(
                _("“{%(name)s}”所在的这一段有别的占位符，可能整段不印。请另起一行写它。"), "body", {"name": name}
            )


SURE = frozenset({"申请人", "办件编号", "部门", "收件日期", "文书日期", "救济途径"})
"""What is known of every case."""
