"""The guide rules over guides of other catalogues, as far as their columns tell: a rule is not broken by silence. Pure."""

import re
from collections.abc import Iterator

from backend.catalogue.lint_model import Lint, error, warning
from backend.catalogue.lint_words import abolished_in, vague_in
from backend.catalogue.model import CaseType, Guide, ItemType, Proof
from backend.catalogue.pack_lints import DAYS, EXACT
from backend.core.i18n import _

NUMBER = re.compile(r"(?<!\d)(0\d{2,3}[-—－ ]?\d{7,8}|1\d{4}|1[3-9]\d{9}|400-?\d{3}-?\d{4})(?!\d)", re.ASCII)


def guide_lint(guide: Guide, proofs: dict[str, Proof]) -> Iterator[Lint]:
    """Everything the rules find in one guide. All of them can be mended in its source alone."""
    yield from _time(guide)
    yield from _visits(guide)
    yield from _contacts(guide)
    yield from _subjects(guide)
    yield from _fee(guide)
    yield from _materials(guide, proofs)


def _time(guide: Guide) -> Iterator[Lint]:
    """1, 13, 14."""
    promised, statutory = guide.promised, guide.statutory
    if guide.case_type and promised is not None and (guide.case_type is CaseType.immediate) != (promised == 0):
        yield error(1, "case_type", _("即办件的承诺时限是 0，承诺件的大于 0"))
    if promised is None or statutory is None or guide.promised_unit != guide.statutory_unit:
        return
    if promised > statutory:
        yield error(13, "promised", _("承诺时限比法定时限还长"))
    elif promised * 2 > statutory and guide.type is ItemType.permit:
        yield warning(14, "promised", _("承诺时限超过法定时限的一半"))


def _visits(guide: Guide) -> Iterator[Lint]:
    """3, 4, 5. Whether there is a reason can only be missed where the source has reasons at all."""
    if guide.visits is None:
        yield error(3, "visits", _("没有写要跑几次"))
    elif guide.visits == 0 and guide.visits_reason:
        yield error(3, "visits_reason", _("不用跑现场就不写原因"))
    elif guide.visits and not guide.visits_reason:
        yield error(3, "visits_reason", _("要跑现场就要说明原因"))
    if guide.visits == 0 and guide.online is False and guide.courier is False:
        yield error(4, "courier", _("不用跑现场又不能网上办的，应当收邮寄材料"))
    if guide.depth == 4 and guide.visits:
        yield error(5, "visits", _("写的是全程网办，却还要跑 %(times)s 次"), times=guide.visits)


def _contacts(guide: Guide) -> Iterator[Lint]:
    """6, 7, 8."""
    for field, text in (("enquiry", guide.enquiry), ("complaint", guide.complaint)):
        if not NUMBER.search(text):
            yield error(6, field, _("没有带区号的电话"))
    if guide.enquiry and guide.enquiry == guide.complaint:
        yield error(6, "complaint", _("咨询和投诉是同一个电话"))
    if guide.hours and not DAYS.search(guide.hours):
        yield error(7, "hours", _("办公时间没有说明哪些日子"))
    if not EXACT.search(guide.place):
        yield error(8, "place", _("办理地点要写到楼层和窗口"))


def _subjects(guide: Guide) -> Iterator[Lint]:
    """9: without a subject or a theme nobody finds it on a shelf."""
    if not guide.subjects:
        yield error(9, "subjects", _("没有写服务对象"))
    if not guide.themes:
        yield warning(9, "themes", _("没有主题，上不了货架"))


def _fee(guide: Guide) -> Iterator[Lint]:
    """12, 16."""
    if guide.charged is False and guide.pay_online:
        yield error(12, "pay_online", _("不收费就不提供网上缴费"))
    if guide.charged and not (guide.fee and guide.fee_basis):
        yield error(12, "fee", _("收费要写明项目、标准和依据"))
    if guide.intermediary not in ("", "无", "否") and not guide.basis:
        yield error(16, "intermediary", _("要中介服务就要有法律依据"))


def _materials(guide: Guide, proofs: dict[str, Proof]) -> Iterator[Lint]:
    """15, 18."""
    for i, material in enumerate(guide.materials):
        for found in vague_in(material):
            yield error(15, f"materials[{i}]", _("“%(word)s”说得不清楚，请写明是哪一种、几份"), word=found)
        for proof in abolished_in(material, proofs):
            yield error(18, f"materials[{i}]", _("“%(proof)s”已经取消，不能再要"), proof=proof)
    for found in vague_in(guide.conditions):
        yield warning(15, "conditions", _("“%(word)s”说得不清楚，请写具体"), word=found)
