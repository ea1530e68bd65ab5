"""Several departments in one matter (并联审批): one leads, the others give opinions; people file once and see one case."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

LONGEST_JOINT = 45
"""Workdays for what several departments handle together (Licensing Law 42, second paragraph)."""


class Opinion(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What another department is asked, with `limit` workdays to answer.

    `silence`: what it means when nobody answers; `consent` only where it is allowed. `first`: the lower level's own review
    (纵横联审), answered before the others are asked. `sees`: the facts and materials (`role.field`) it needs; no others are shown.
    """

    department: str
    about: Annotated[str, msgspec.Meta(min_length=2, max_length=50)]
    limit: Annotated[int, msgspec.Meta(ge=1, le=LONGEST_JOINT)]
    silence: Literal["consent", "escalate"] = "escalate"
    first: bool = False
    sees: tuple[str, ...] = ()


class Joint(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`survey`: everybody looks at the place together, on a day the applicant is told. `government`: whose head extends."""

    opinions: Annotated[tuple[Opinion, ...], msgspec.Meta(min_length=1)]
    survey: bool = False
    government: str = ""
