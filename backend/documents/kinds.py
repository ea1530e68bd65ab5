"""The documents the law asks for: one table of kinds, each with the moves it is made at. Everything else is read off it.

A move that stands in no row is in `WITHOUT`, with the reason. `word` stands in the document's number (民政局受〔2026〕12号);
`needs` are the placeholders no office may leave out of its wording.
"""

import msgspec

from backend.core.i18n import _


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """One row. `at`: the kinds of event it is made at. `knows`: placeholders it has beside those that all kinds have."""

    name: str
    says: str
    word: str
    at: tuple[str, ...]
    needs: tuple[str, ...] = ()
    knows: tuple[str, ...] = ()

    @property
    def placeholders(self) -> tuple[str, ...]:
        return (*ALWAYS, *dict.fromkeys((*self.needs, *self.knows)))


ALWAYS = ("事项名称", "申请人", "办件编号", "部门", "部门电话", "收件日期", "文书日期", "救济途径")
PLACEHOLDERS = {
    "事项名称": _("事项的名称"),
    "申请人": _("申请人的姓名或名称"),
    "办件编号": _("办件编号"),
    "部门": _("部门的全称"),
    "部门电话": _("部门的咨询电话，没有登记的就不印这一段"),
    "收件日期": _("收到申请的日期"),
    "文书日期": _("这份文书的日期"),
    "救济途径": _("行政复议和行政诉讼的权利与期限，全市统一，不能改"),
    "材料清单": _("收下的材料，一行一样"),
    "受理日期": _("受理的日期"),
    "办理期限": _("最晚办完的日期"),
    "承诺时限": _("承诺多少天办完"),
    "补正事项": _("要补正的内容，一行一条"),
    "补正期限": _("最晚补正的日期"),
    "理由": _("工作人员写明的理由"),
    "主管机关": _("应该找的部门"),
    "特别程序": _("听证、检验、检测、鉴定等"),
    "所需天数": _("特别程序大约要多少天"),
    "延长天数": _("延长多少个工作日"),
    "新的期限": _("延长后最晚办完的日期"),
    "结果名称": _("办成后给的证照或文书"),
    "送达期限": _("最晚送到的日期"),
    "原证到期日": _("原来的证到期的日期"),
    "送达方式": _("怎么送到的，没有记下的就不印这一段"),
    "签收人": _("在窗口领取的人，没有记下的就不印这一段"),
}
LISTS = frozenset({"材料清单", "补正事项"})
"""Placeholders that are several lines: they stand on a line of their own."""

TABLE: tuple[Kind, ...] = (
    Kind(name="receipt", says=_("收件凭证"), word="收", at=("filed", "released"), needs=("材料清单",)),
    Kind(name="correction_notice", says=_("补正告知书"), word="补", at=("correction_asked", "correction_asked_again"), needs=("补正事项", "补正期限"), knows=("理由",)),
    Kind(name="correction_receipt", says=_("补正材料收件凭证"), word="补收", at=("corrected",), needs=("材料清单",)),
    Kind(name="acceptance", says=_("受理通知书"), word="受", at=("accepted",), needs=("受理日期", "办理期限"), knows=("承诺时限",)),
    Kind(name="deemed_acceptance", says=_("视为受理通知书"), word="视受", at=("deemed_accepted",), needs=("受理日期", "办理期限"), knows=("承诺时限",)),
    Kind(name="non_acceptance", says=_("不予受理决定书"), word="不受", at=("not_accepted",), needs=("理由", "救济途径")),
    Kind(name="not_competent", says=_("不属于本机关职权范围告知书"), word="告", at=("not_competent",), needs=("主管机关",), knows=("理由",)),
    Kind(name="special_procedure", says=_("特别程序告知书"), word="特", at=("suspended",), needs=("特别程序", "所需天数", "理由")),
    Kind(name="extension", says=_("延长办理期限告知书"), word="延", at=("extended",), needs=("理由", "延长天数", "新的期限")),
    Kind(name="decision", says=_("准予决定书"), word="准", at=("granted",), knows=("结果名称", "送达期限", "受理日期")),
    Kind(name="renewal", says=_("视为准予延续通知书"), word="延准", at=("deemed_renewed",), needs=("原证到期日",), knows=("结果名称", "送达期限")),
    Kind(name="refusal", says=_("不予批准决定书"), word="不准", at=("refused",), needs=("理由", "救济途径"), knows=("受理日期",)),
    Kind(name="withdrawal", says=_("撤回申请确认书"), word="撤", at=("withdrawn",)),
    Kind(name="return_notice", says=_("退件通知书"), word="退", at=("returned",), needs=("理由", "救济途径")),
    Kind(name="transfer", says=_("转办告知书"), word="转", at=("transferred",), needs=("理由", "主管机关")),
    Kind(name="voiding", says=_("作废决定书"), word="废", at=("voided",), needs=("理由", "救济途径")),
    Kind(name="delivery_receipt", says=_("送达回证"), word="送", at=("delivered", "handed_over"), knows=("结果名称", "送达方式", "签收人")),
)  # fmt: skip

WITHOUT = {
    "pre_reviewed": "no act in law: acceptance follows",
    "delay_explained": "the explanation stands on the case's page for as long as the case",
    "archived": "closes the file; nobody is told anything new",
    "filed_waiting": "not received yet: the receipt is made when it is released",
    "resumed": "the special procedure's notice said how long; the clock goes on by itself",
    "certificate_made": "the certificate is itself what is handed over",
}
KINDS = {kind.name: kind for kind in TABLE}
AT = {event: kind for kind in TABLE for event in kind.at}


def number_of(kind: Kind, department: str, year: int, serial: int) -> str:
    """As offices number their papers: office, kind, year in brackets, running number without leading noughts."""
    return f"{department}{kind.word}〔{year}〕{serial}号"
