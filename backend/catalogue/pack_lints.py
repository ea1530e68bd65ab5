"""The guide rules of DOMAIN.md 1.4, numbered as there: does a guide contradict itself, or leave a stranger guessing?"""

import re
from collections.abc import Iterator

from backend.catalogue.model import UNCERTAIN_BASIS, CaseType, Item, ItemType, Pack, Subject
from backend.catalogue.pack_read import Fault
from backend.core.conditions import All, AnyOf, Condition, Not

RESULT_ENDINGS = {
    "批复": "approval",
    "批文": "approval",
    "证": "certificate",
    "证书": "certificate",
    "执照": "certificate",
}
VAGUE = re.compile(r"相关|有关|其他材料|其它|等材料|等证明|必要的|若干|视情况")
CITATION = re.compile(r"《[^》]+》|第[一二三四五六七八九十百千零\d]+条|[\[〔（(]\d{4}[\]〕）)]\s*\d+\s*号")
MARKERS = re.compile(r"待核实|待确认|待补|占位|TODO|FIXME|XXX|lorem", re.IGNORECASE)
PHONE = re.compile(r"0\d{2,3}-\d{7,8}(-\d{1,5})?|1\d{2,4}|400-?\d{3}-?\d{4}")
ARTICLE = re.compile(r"第[一二三四五六七八九十百千零]+条(第[一二三四五六七八九十]+款)?")
EXACT = re.compile(r"[号楼层室栋]")


def lint(pack: Pack, item: Item) -> Iterator[Fault]:
    for rule in (_time, _result, _visits, _phones, _places, _subjects, _flow, _fee, _wording, _basis, _reasons):
        yield from rule(pack, item)


def _time(_pack: Pack, item: Item) -> Iterator[Fault]:
    """1, 13, 14."""
    limits = item.limits
    if (item.case_type is CaseType.immediate) != (limits.promised == 0):
        yield Fault("case_type", "即办件的承诺时限是 0，承诺件的大于 0")
    if limits.statutory is not None and limits.promised > limits.statutory:
        yield Fault("limits.promised", "承诺时限比法定时限还长")
    elif limits.statutory and limits.promised * 2 > limits.statutory:
        yield Fault("limits.promised", "承诺时限超过法定时限的一半", warning=True)
    if item.instant and item.case_type is not CaseType.immediate:
        yield Fault("instant", "有自动批准规则的应当是即办件", warning=True)


def _result(_pack: Pack, item: Item) -> Iterator[Fault]:
    """2."""
    if not item.result.sample:
        yield Fault("result.sample", "要写明结果的样子")
    for ending, kind in RESULT_ENDINGS.items():
        if item.result.name.endswith(ending) and item.result.kind != kind:
            yield Fault("result.kind", f"名称以“{ending}”结尾的结果应当是 {kind}")
            return


def _visits(_pack: Pack, item: Item) -> Iterator[Fault]:
    """3, 4, and agents."""
    if item.visits.count > 0 and not item.visits.reason:
        yield Fault("visits.reason", "要跑现场就要说明原因")
    if item.visits.count == 0 and item.visits.reason:
        yield Fault("visits.reason", "不用跑现场就不写原因")
    if item.visits.count == 0 and not (item.online or item.mail):
        yield Fault("mail", "不用跑现场又不能网上办的，应当收邮寄材料")
    if item.agent == bool(item.agent_reason):
        yield Fault("agent_reason", "不许代办的要写原因，可以代办的不写")


def _phones(pack: Pack, item: Item) -> Iterator[Fault]:
    """6."""
    named = [(f"窗口“{code}”", pack.offices[code].phones) for code in item.places if code in pack.offices]
    if item.department in pack.departments:
        named.append((f"部门“{item.department}”", pack.departments[item.department].phones))
    for name, phones in named:
        if phones.enquiry == phones.complaint:
            yield Fault("places", f"{name}的咨询电话和投诉电话一样")
        for number in (phones.enquiry, phones.complaint):
            if not PHONE.fullmatch(number):
                yield Fault("places", f"{name}的电话“{number}”没有区号或不是电话")


def _places(pack: Pack, item: Item) -> Iterator[Fault]:
    """7, 8."""
    offices = [pack.offices[code] for code in item.places if code in pack.offices]
    if not offices:
        yield Fault("places", "至少要有一个能上门的窗口，不能只许网上办")
    for office in offices:
        if not re.search(r"工作日|全天|24 ?小时|节假日", office.opens):
            yield Fault("places", f"窗口“{office.code}”的办公时间没有说明哪些日子")
        if not EXACT.search(office.address) or not office.window:
            yield Fault("places", f"窗口“{office.code}”的地址要写到楼层和窗口")
        if item.department not in office.departments:
            yield Fault("places", f"窗口“{office.code}”不受理{item.department}的事")


def _subjects(pack: Pack, item: Item) -> Iterator[Fault]:
    """9."""
    groups = {theme: group for group, themes in pack.city.themes.items() for theme in themes}
    for theme in item.themes:
        if theme not in groups:
            yield Fault("themes", f"pack.yaml 里没有“{theme}”这个主题")
    has = {groups[theme] for theme in item.themes if theme in groups}
    wanted = {"自然人" if subject is Subject.person else "企业" for subject in item.subjects}
    for group in sorted(wanted - has):
        yield Fault("themes", f"服务对象有“{group}”，却没有这一类的主题")
    for group in sorted(has - wanted):
        yield Fault("themes", f"服务对象没有“{group}”，却有这一类的主题")


def _flow(_pack: Pack, item: Item) -> Iterator[Fault]:
    """10, 11."""
    if item.type is ItemType.permit and not item.faq:
        yield Fault("faq", "行政许可至少要有一个常见问题")
    if not item.steps:
        yield Fault("steps", "要写办理流程")
    total = sum(step.workdays for step in item.steps if not step.pauses)
    if item.limits.unit == "workday" and total > item.limits.promised:
        yield Fault("steps", f"各步时限合计 {total} 天，比承诺的 {item.limits.promised} 天长")


def _fee(_pack: Pack, item: Item) -> Iterator[Fault]:
    """12; and a fee needs its ground and standard."""
    if not item.fee.charged and item.fee.online:
        yield Fault("fee.online", "不收费就不提供网上缴费")
    if item.fee.charged and not (item.fee.basis and item.fee.standard and item.fee.name):
        yield Fault("fee", "收费要写明项目、标准和依据")


def _wording(pack: Pack, item: Item) -> Iterator[Fault]:
    """15: the stranger's rule; and marks left by an author in a hurry."""
    for i, need in enumerate(item.materials):
        material = pack.materials.get(item.material_of(need.material)) if _resolves(item, need.material) else None
        text = f"{material.label}{material.help}{need.note}" if material else need.note
        if found := VAGUE.search(text):
            yield Fault(f"materials[{i}]", f"“{found[0]}”说得不清楚，请写明是哪一种、几份")
    if found := VAGUE.search(item.conditions):
        yield Fault("conditions", f"“{found[0]}”说得不清楚，请写具体", warning=True)
    for place, text in _texts(item):
        if found := MARKERS.search(text):
            yield Fault(place, f"还留着“{found[0]}”这样的记号")
        if place not in ("basis", "limits.basis", "fee.basis") and (found := CITATION.search(text)):
            yield Fault(place, f"“{found[0]}”是引用，应当写在 basis 里")


def _texts(item: Item) -> Iterator[tuple[str, str]]:
    yield from ((name, getattr(item, name)) for name in ("name", "summary", "conditions", "agent_reason", "quantity"))
    yield from (("faq", q.q + q.a) for q in item.faq)
    yield from (("steps", step.name + step.who + step.says) for step in item.steps)
    yield from (("mistakes", mistake) for mistake in item.mistakes)
    yield from (("basis", basis.law + basis.article + basis.says) for basis in item.basis)
    yield from (
        ("limits.basis", item.limits.basis),
        ("fee.basis", item.fee.basis),
        ("result.sample", item.result.sample),
    )


def _basis(pack: Pack, item: Item) -> Iterator[Fault]:
    """Only what is certain may be cited; 16: an intermediary needs a ground in law."""
    if not item.basis:
        yield Fault("basis", f"没有把握的依据就写“{UNCERTAIN_BASIS}”")
    for i, basis in enumerate(item.basis):
        if not basis.law and (basis.article or basis.says != UNCERTAIN_BASIS):
            yield Fault(f"basis[{i}]", f"没有法律名称时只能写“{UNCERTAIN_BASIS}”")
        if basis.law and basis.law not in pack.city.certain_laws:
            yield Fault(f"basis[{i}]", f"“{basis.law}”不在 pack.yaml 的 certain_laws 里，读过全文再列进去")
        if basis.law and not ARTICLE.fullmatch(basis.article):
            yield Fault(f"basis[{i}]", "引用法律要写明是第几条")
    for place, text in (("limits.basis", item.limits.basis), ("fee.basis", item.fee.basis)):
        if text and text != UNCERTAIN_BASIS and not text.startswith(tuple(pack.city.certain_laws)):
            yield Fault(place, f"只能引用 certain_laws 里的法律，没有把握就写“{UNCERTAIN_BASIS}”")
    if item.intermediary and not any(basis.law for basis in item.basis):
        yield Fault("intermediary", "要中介服务就要有法律依据")


def _reasons(_pack: Pack, item: Item) -> Iterator[Fault]:
    """Whoever is told that something fits is told why; an instant rule has a name for the record."""
    if item.fits is not None and _speechless(item.fits):
        yield Fault("fits", "有的条件没有写 say，结果页没法说明理由")
    for i, rule in enumerate(item.instant):
        if not rule.rule or not rule.say:
            yield Fault(f"instant[{i}]", "每条自动批准规则都要有 rule（名称）和 say（说明）")


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
