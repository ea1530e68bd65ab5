"""What a browser sends of a page's form when nothing was touched: fields with their values as the page shows them."""

from html.parser import HTMLParser


class _Fields(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.sent: list[tuple[str, str]] = []
        self.select: str | None = None
        self.first: str | None = None
        self.chosen: str | None = None
        self.area: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        at = dict(attrs)
        name, value = at.get("name") or "", at.get("value")
        if tag == "input" and name and at.get("type") in ("checkbox", "radio"):
            self.sent += [(name, value or "on")] if "checked" in at else []
        elif tag == "input" and name and at.get("type") not in ("file", "submit"):
            self.sent.append((name, value or ""))
        elif tag == "select":
            self.select, self.first, self.chosen = name, None, None
        elif tag == "option":
            self.first = (value or "") if self.first is None else self.first
            self.chosen = (value or "") if "selected" in at else self.chosen
        elif tag == "textarea":
            self.area, self.text = name, ""

    def handle_data(self, data: str) -> None:
        if self.area is not None:
            self.text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "select" and self.select:
            self.sent.append((self.select, self.chosen if self.chosen is not None else self.first or ""))
        elif tag == "textarea" and self.area is not None:
            self.sent.append((self.area, self.text.removeprefix("\n")))
            self.area = None


def sent(html: str) -> list[tuple[str, str]]:
    """Name and value of each field, in the page's order; buttons are not pressed."""
    parser = _Fields()
    parser.feed(html)
    return parser.sent


def form_with(html: str, action: str) -> list[tuple[str, str]]:
    """The fields of the form that is sent to this address."""
    begin = html.index(f'action="{action}"')
    return sent(html[begin : html.index("</form>", begin)])
