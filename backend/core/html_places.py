"""Where in a page each `{{ … }}` of a template stands, and what is done there with the city's texts.

A text of the pack is looked up in the reader's language where it is written (`city_words.py`). What that means depends
on the place: in a sentence a text nobody translated is marked as Chinese for screen readers; in a title or an
aria-label it is translated without a mark, which no attribute can bear; in the value of a field, in an address or in a
script it stays what it is, because a machine reads it back. The template's compiler knows the place, its author need
not think of it.
"""

import re
from collections.abc import Iterator

from jinja2 import Environment, nodes

READ_ALOUD = {"title", "aria-label", "alt", "placeholder", "content", "label", "aria-description", "data-label"}
WITHOUT_MARKS = {"title", "option", "text", "tspan", "desc"}  # elements whose text may hold no further element
KEPT = {"textarea", "script", "style"}
PLAIN_BLOCKS = {"title"}
TRANSLATING = {"_", "gettext", "ngettext"}
TAG = re.compile(r"<(/?)([a-zA-Z][\w-]*)")
COMMA = "、"


class Place:
    """Follows the pieces of HTML between the expressions: in a tag, in which attribute, in which element."""

    def __init__(self, *, marks: bool = True) -> None:
        self.marks, self.tag, self.attribute, self.quote, self.inside = marks, "", "", "", ""

    def pass_over(self, html: str) -> None:
        at = 0
        while at < len(html):
            at = self._in_tag(html, at) if self.tag else self._in_text(html, at)

    def _in_text(self, html: str, at: int) -> int:
        found = TAG.search(html, at)
        if found is None:
            return len(html)
        name = found[2].lower()
        self.tag = name
        if name in WITHOUT_MARKS | KEPT:
            self.inside = "" if found[1] else name
        return found.end()

    def _in_tag(self, html: str, at: int) -> int:
        if self.quote:
            end = html.find(self.quote, at)
            self.quote = self.quote if end < 0 else ""
            return len(html) if end < 0 else end + 1
        found = re.compile(r"""([\w:@.-]+)?\s*=\s*(["'])|>""").search(html, at)
        if found is None:
            return len(html)
        if found[0] == ">":
            self.tag = ""
        else:
            self.attribute, self.quote = (found[1] or "").lower(), found[2]
        return found.end()

    @property
    def filter(self) -> str:
        """What an expression here goes through; "" for what stays as it is."""
        if self.tag:
            return "city_plain" if self.quote and self.attribute in READ_ALOUD else ""
        if self.inside in KEPT:
            return ""
        return "city_marked" if self.marks and not self.inside else "city_plain"


class Localising(Environment):
    """Jinja's environment, with every expression of a page put through the filter of its place."""

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        _walk(tree, Place(marks=(name or "").endswith(".html")))
        for call in tree.find_all(nodes.Call):
            if _is_sentence(call):  # those handed to a macro; what was marked above stays marked
                _fill(call, "city_plain")
        return tree


def _walk(node: nodes.Node, place: Place) -> None:
    for child in node.iter_child_nodes():
        inner = _place_in(child, place)
        if isinstance(child, nodes.Output):
            child.nodes = list(_placed(child.nodes, inner))
        else:
            _walk(child, inner)


def _place_in(node: nodes.Node, place: Place) -> Place:
    """Macros and blocks begin anew; what is put into a variable may land anywhere."""
    if isinstance(node, nodes.AssignBlock):
        return Place(marks=False)
    if isinstance(node, nodes.Macro | nodes.CallBlock):
        return Place(marks=place.marks)
    if isinstance(node, nodes.Block) and node.name in PLAIN_BLOCKS:
        return Place(marks=False)
    return place


def _placed(pieces: list[nodes.Expr], place: Place) -> Iterator[nodes.Expr]:
    for piece in pieces:
        if isinstance(piece, nodes.TemplateData):
            place.pass_over(piece.data)
            yield piece
        else:
            yield _said(piece, place.filter)


def _said(expr: nodes.Expr, by: str) -> nodes.Expr:
    """The expression with its texts looked up: each part of a concatenation, what is put into a sentence, a list."""
    if not by:
        return expr
    if isinstance(expr, nodes.Concat):
        return nodes.Concat([_said(part, by) for part in expr.nodes], lineno=expr.lineno)
    if _is_sentence(expr):
        assert isinstance(expr, nodes.Call)
        _fill(expr, by)
        return nodes.Filter(expr, by, [], [], None, None, lineno=expr.lineno)
    if isinstance(expr, nodes.CondExpr):
        other = _said(expr.expr2, by) if expr.expr2 else None
        return nodes.CondExpr(expr.test, _said(expr.expr1, by), other, lineno=expr.lineno)
    if isinstance(expr, nodes.Const):
        return expr
    if _joins(expr):
        assert isinstance(expr, nodes.Filter)
        return nodes.Filter(expr.node, by + "_list", [], [], None, None, lineno=expr.lineno)
    return nodes.Filter(expr, by, [], [], None, None, lineno=expr.lineno)


def _fill(sentence: nodes.Call, by: str) -> None:
    """What is put into a sentence is looked up as well."""
    for one in sentence.kwargs:
        one.value = _said(one.value, by)


def _is_sentence(expr: nodes.Expr) -> bool:
    return isinstance(expr, nodes.Call) and isinstance(expr.node, nodes.Name) and expr.node.name in TRANSLATING


def _joins(expr: nodes.Expr) -> bool:
    return (
        isinstance(expr, nodes.Filter)
        and expr.name == "join"
        and len(expr.args) == 1
        and isinstance(expr.args[0], nodes.Const)
        and expr.args[0].value == COMMA
    )
