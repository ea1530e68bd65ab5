"""The guide rules (`lint_model.RULES`): does an item contradict itself, or leave a stranger guessing? Pure."""

import re
from collections.abc import Iterator

from backend.catalogue.lint_model import Lint, error, warning
from backend.catalogue.lint_words import CITATION, MARKERS, PHONE, abolished_in, vague_in
from backend.catalogue.model import UNCERTAIN_BASIS, CaseType, Item, ItemType, Pack, Subject
from backend.core.conditions import All, AnyOf, Condition, Not
from backend.core.i18n import _

RESULT_ENDINGS = {
    "批复": "approval",
    "批文": "approval",
    "证": "certificate",
    "证书": "certificate",
    "执照": "certificate",
}
ARTICLE = re.compile(r"第[一二三四五六七八九十百千零]+条(第[一二三四五六七八九十]+款)?")
EXACT = re.compile(r"[号楼层室栋]")
DAYS = re.compile(r"工作日|全天|24 ?小时|节假日")


def lint(pack: Pack, item: Item) -> Iterator[Lint]:
    """Everything the rules find in one item, in no particular order."""
    for rules in (_time, _result, _visits, _phones, _places, _subjects, _flow, _fee, _materials, _texts, _basis, _why):
        yield from rules(pack, item)


def _time(_pack: Pack, item: Item) -> Iterator[Lint]:
    """1, 13, 14, 17."""
    limits = item.limits
    if (item.case_type is CaseType.immediate) != (limits.promised == 0):
        yield error(1, "case_type", _("即办件的承诺时限是 0，承诺件的大于 0"))
    if item.instant and item.case_type is not CaseType.immediate:
        yield warning(1, "instant", _("有自动批准规则的应当是即办件"))
    if limits.statutory is not None and limits.promised > limits.statutory:
        yield error(13, "limits.promised", _("承诺时限比法定时限还长"))
    elif limits.statutory and limits.promised * 2 > limits.statutory:
        yield warning(14, "limits.promised", _("承诺时限超过法定时限的一半"))
    for i, situation in enumerate(item.situations):
        if limits.statutory is not None and (situation.promised or 0) > limits.statutory:
            yield error(13, f"situations[{i}].promised", _("承诺时限比法定时限还长"))
    if limits.hall is not None and limits.promised > limits.hall:
        yield error(17, "limits.promised", _("网上承诺的时限比窗口的 %(hall)s 还长"), hall=limits.hall)


def _result(_pack: Pack, item: Item) -> Iterator[Lint]:
    """2."""
    if not item.result.sample:
        yield error(2, "result.sample", _("要写明结果的样子"))
    for ending, kind in RESULT_ENDINGS.items():
        if item.result.name.endswith(ending) and item.result.kind != kind:
            yield error(2, "result.kind", _("名称以“%(ending)s”结尾的结果应当是 %(kind)s"), ending=ending, kind=kind)
            return


def _visits(_pack: Pack, item: Item) -> Iterator[Lint]:
    """3, 4, 5, 22."""
    if item.visits.count > 0 and not item.visits.reason:
        yield error(3, "visits.reason", _("要跑现场就要说明原因"))
    if item.visits.count == 0 and item.visits.reason:
        yield error(3, "visits.reason", _("不用跑现场就不写原因"))
    if item.visits.count == 0 and not (item.online or item.mail):
        yield error(4, "mail", _("不用跑现场又不能网上办的，应当收邮寄材料"))
    if item.depth == 4 and item.visits.count:
        yield error(5, "visits.count", _("写的是全程网办，却还要跑 %(times)s 次"), times=item.visits.count)
    if item.agent == bool(item.agent_reason):
        yield error(22, "agent_reason", _("不许代办的要写原因，可以代办的不写"))


def _phones(pack: Pack, item: Item) -> Iterator[Lint]:
    """6."""
    named = [(pack.offices[code].name, pack.offices[code].phones) for code in item.places if code in pack.offices]
    if item.department in pack.departments:
        named.append((item.department, pack.departments[item.department].phones))
    for name, phones in named:
        if phones.enquiry == phones.complaint:
            yield error(6, "places", _("%(name)s的咨询电话和投诉电话一样"), name=name)
        for number in (phones.enquiry, phones.complaint):
            if not PHONE.fullmatch(number):
                yield error(6, "places", _("%(name)s的电话“%(number)s”没有区号或不是电话"), name=name, number=number)


def _places(pack: Pack, item: Item) -> Iterator[Lint]:
    """7, 8."""
    offices = [pack.offices[code] for code in item.places if code in pack.offices]
    if not offices:
        yield error(8, "places", _("至少要有一个能上门的窗口，不能只许网上办"))
    for office in offices:
        if not DAYS.search(office.opens):
            yield error(7, "places", _("%(name)s的办公时间没有说明哪些日子"), name=office.name)
        if not EXACT.search(office.address) or not office.window:
            yield error(8, "places", _("%(name)s的地址要写到楼层和窗口"), name=office.name)
        if item.department not in office.departments:
            yield error(
                8, "places", _("%(name)s不受理%(department)s的事"), name=office.name, department=item.department
            )


def _subjects(pack: Pack, item: Item) -> Iterator[Lint]:
    """9."""
    groups = {theme: group for group, themes in pack.city.themes.items() for theme in themes}
    for theme in item.themes:
        if theme not in groups:
            yield error(9, "themes", _("pack.yaml 里没有“%(theme)s”这个主题"), theme=theme)
    has = {groups[theme] for theme in item.themes if theme in groups}
    wanted = {"自然人" if subject is Subject.person else "企业" for subject in item.subjects}
    for group in sorted(wanted - has):
        yield error(9, "themes", _("服务对象有“%(group)s”，却没有这一类的主题"), group=group)
    for group in sorted(has - wanted):
        yield error(9, "themes", _("服务对象没有“%(group)s”，却有这一类的主题"), group=group)


def _flow(_pack: Pack, item: Item) -> Iterator[Lint]:
    """10, 11."""
    if item.type is ItemType.permit and not item.faq:
        yield error(10, "faq", _("行政许可至少要有一个常见问题"))
    if not item.steps:
        yield error(11, "steps", _("要写办理流程"))
    total = sum(step.workdays for step in item.steps if not step.pauses)
    if item.limits.unit == "workday" and total > item.limits.promised:
        yield error(
            11,
            "steps",
            _("各步时限合计 %(total)s 天，比承诺的 %(promised)s 天长"),
            total=total,
            promised=item.limits.promised,
        )


def _fee(_pack: Pack, item: Item) -> Iterator[Lint]:
    """12; and a fee needs its ground and standard."""
    if not item.fee.charged and item.fee.online:
        yield error(12, "fee.online", _("不收费就不提供网上缴费"))
    if item.fee.charged and not (item.fee.basis and item.fee.standard and item.fee.name):
        yield error(12, "fee", _("收费要写明项目、标准和依据"))


def _materials(pack: Pack, item: Item) -> Iterator[Lint]:
    """15: the stranger's rule; 18: what was abolished is not asked for."""
    for i, need in enumerate(item.materials):
        material = pack.materials.get(item.material_of(need.material)) if _resolves(item, need.material) else None
        text = f"{material.label}{material.help}{need.note}" if material else need.note
        for found in vague_in(text):
            yield error(15, f"materials[{i}]", _("“%(word)s”说得不清楚，请写明是哪一种、几份"), word=found)
        for proof in abolished_in(material.label if material else "", pack.proofs):
            yield error(18, f"materials[{i}]", _("“%(proof)s”已经取消，不能再要"), proof=proof)
    for found in vague_in(item.conditions):
        yield warning(15, "conditions", _("“%(word)s”说得不清楚，请写具体"), word=found)


def _texts(_pack: Pack, item: Item) -> Iterator[Lint]:
    """20, and a citation belongs where it is checked."""
    for place, text in _told(item):
        if found := MARKERS.search(text):
            yield error(20, place, _("还留着“%(mark)s”这样的记号"), mark=found[0])
        if place not in ("basis", "limits.basis", "fee.basis") and (found := CITATION.search(text)):
            yield error(19, place, _("“%(words)s”是引用，应当写在 basis 里"), words=found[0])


def _told(item: Item) -> Iterator[tuple[str, str]]:
    yield from ((name, getattr(item, name)) for name in ("name", "summary", "conditions", "agent_reason", "quantity"))
    yield from ((f"faq[{i}]", q.q + q.a) for i, q in enumerate(item.faq))
    yield from ((f"steps[{i}]", step.name + step.who + step.says) for i, step in enumerate(item.steps))
    yield from ((f"mistakes[{i}]", mistake) for i, mistake in enumerate(item.mistakes))
    yield from (("basis", basis.law + basis.article + basis.says) for basis in item.basis)
    yield from (
        ("limits.basis", item.limits.basis),
        ("fee.basis", item.fee.basis),
        ("result.sample", item.result.sample),
    )


def _basis(pack: Pack, item: Item) -> Iterator[Lint]:
    """19: only what is certain may be cited; 16: an intermediary needs a ground in law."""
    if not item.basis:
        yield error(19, "basis", _("没有把握的依据就写“%(uncertain)s”"), uncertain=UNCERTAIN_BASIS)
    for i, basis in enumerate(item.basis):
        if not basis.law and (basis.article or basis.says != UNCERTAIN_BASIS):
            yield error(19, f"basis[{i}]", _("没有法律名称时只能写“%(uncertain)s”"), uncertain=UNCERTAIN_BASIS)
        if basis.law and basis.law not in pack.city.certain_laws:
            yield error(
                19,
                f"basis[{i}]",
                _("“%(law)s”不在 pack.yaml 的 certain_laws 里，读过全文再列进去"),
                law=basis.law,
            )
        if basis.law and not ARTICLE.fullmatch(basis.article):
            yield error(19, f"basis[{i}]", _("引用法律要写明是第几条"))
    for place, text in (("limits.basis", item.limits.basis), ("fee.basis", item.fee.basis)):
        if text and text != UNCERTAIN_BASIS and not text.startswith(tuple(pack.city.certain_laws)):
            yield error(
                19,
                place,
                _("只能引用 certain_laws 里的法律，没有把握就写“%(uncertain)s”"),
                uncertain=UNCERTAIN_BASIS,
            )
    if item.intermediary and not any(basis.law for basis in item.basis):
        yield error(16, "intermediary", _("要中介服务就要有法律依据"))


def _why(_pack: Pack, item: Item) -> Iterator[Lint]:
    """21: whoever is told that something fits is told why; an instant rule has a name for the record."""
    if item.fits is not None and _speechless(item.fits):
        yield error(21, "fits", _("有的条件没有写 say，结果页没法说明理由"))
    for i, rule in enumerate(item.instant):
        if not rule.rule or not rule.say:
            yield error(21, f"instant[{i}]", _("每条自动批准规则都要有 rule（名称）和 say（说明）"))


def _speechless(condition: Condition) -> bool:
    match condition:
        case _ if condition.say:
            return False
        case All(of=parts) | AnyOf(of=parts):
            return any(map(_speechless, parts))
        case Not(of=part):
            return _speechless(part)
        case _:
            return True


def _resolves(item: Item, fact: str) -> bool:
    role = fact.partition(".")[0]
    return role == "filing" or role in item.roles
