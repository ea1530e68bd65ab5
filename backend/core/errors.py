"""Refusals: what a person can do wrong, or can no longer do, as sentences with a next step.

Raise one of these anywhere; the transaction rolls back and `core/refusals.py` shows it as a page or as
application/problem+json. A refusal carries all its problems at once.
"""

from typing import Any

import msgspec

from backend.core.i18n import _


class Problem(msgspec.Struct, frozen=True):
    """One sentence; `field` is the name of the form field it is about, "" for the whole."""

    say: str
    field: str = ""
    params: dict[str, Any] = {}


class Refusal(Exception):
    """Base of all refusals: 400 unless a subclass says otherwise. `next_step` is a path the page offers."""

    status = 400
    title = _("这一步没有成功")

    def __init__(self, *problems: Problem | str, next_step: str = "/", next_say: str = _("回到首页")) -> None:
        self.problems = tuple(Problem(p) if isinstance(p, str) else p for p in problems)
        self.next_step, self.next_say = next_step, next_say
        super().__init__("; ".join(p.say for p in self.problems))


class Invalid(Refusal):
    """Something filled in cannot be right; every problem at once."""

    status = 422
    title = _("有几处需要改一下")


class NotFound(Refusal):
    """Missing and forbidden look the same."""

    status = 404
    title = _("没有找到这一页")

    def __init__(self, *problems: Problem | str, **kw: Any) -> None:
        super().__init__(*(problems or (_("没有找到您要的内容。请从「进度」或首页再进一次。"),)), **kw)


class SignInNeeded(Refusal):
    status = 401
    title = _("请先登录")

    def __init__(self, *problems: Problem | str, **kw: Any) -> None:
        super().__init__(*(problems or (_("登录之后就能继续。"),)), next_step="/sign-in", next_say=_("去登录"), **kw)


class NotAllowed(Refusal):
    """She is signed in, may know that the thing exists, and may not do this with it."""

    status = 403
    title = _("这一步您不能办")


class Conflict(Refusal):
    """Somebody else, or she herself on another device, changed it in the meantime."""

    status = 409
    title = _("刚才有了变化")


class TooMany(Refusal):
    status = 429
    title = _("请稍等一下再试")


class Unavailable(Refusal):
    """The database or a needed part cannot be reached now; nothing was stored."""

    status = 503
    title = _("系统正忙")

    def __init__(self, *problems: Problem | str, **kw: Any) -> None:
        super().__init__(*(problems or (_("系统正忙，什么都没有丢。请过一会儿再试一次。"),)), **kw)
