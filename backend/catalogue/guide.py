"""An item or a guide as everybody may read it: on its page, and as JSON. Pure.

Our own words are in the reader's language; the pack's, and situations made of them, in the pack's.
"""

import re

import msgspec

from backend.accounts.levels import ASKED
from backend.catalogue.model import (
    UNCERTAIN_BASIS,
    Ask,
    Basis,
    Guide,
    Item,
    Office,
    Pack,
    Phones,
    Question,
    Quota,
    Satisfied,
    Step,
)
from backend.catalogue.narrowing import Deciding, Need, Typed, narrowed
from backend.catalogue.situations import situation
from backend.core.conditions import All, Condition
from backend.core.i18n import DEFAULT, _, _n, translate

PHONE = re.compile(r"0\d{2,3}-?\d{7,8}|1\d{2,4}", re.ASCII)
TERMS = {"workday": _n("%(num)s 个工作日"), "day": _n("%(num)s 天"), "month": _n("%(num)s 个月")}
DELIVERY = {"electronic": _("电子版，手机里看"), "courier": _("寄到家"), "pickup": _("到窗口领")}


class MaterialLine(msgspec.Struct, frozen=True):
    """`spared`: usually not to be handed in, because it can be looked up. `when` in words, "" for everybody."""

    name: str
    when: str
    help: str
    ways: tuple[str, ...]
    spared: bool
    mistakes: tuple[str, ...]
    sample: str = ""


class FormLine(msgspec.Struct, frozen=True):
    """One question of the form, as a sample of what is filled in: an example, the choices, or what to write."""

    label: str
    filled: str
    when: str


class GuidePage(msgspec.Struct, frozen=True, kw_only=True):
    """What anybody may know of an item. What is not known is empty or null. `fee` is in people's words."""

    code: str
    name: str
    department: str
    fileable: bool
    source: str
    summary: str = ""
    type: str = ""
    subjects: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    conditions: str = ""
    who: tuple[str, ...] = ()
    instant: bool = False
    visits: int | None = None
    visits_reason: str = ""
    promised: str = ""
    statutory: str = ""
    limit_basis: str = ""
    free: bool = False
    fee: str = ""
    agent: bool | None = None
    agent_reason: str = ""
    level: str = ""
    on_paper: str = ""
    materials: tuple[MaterialLine, ...] = ()
    form: tuple[FormLine, ...] = ()
    result: str = ""
    result_sample: str = ""
    delivery: tuple[str, ...] = ()
    basis: tuple[str, ...] = ()
    places: tuple[Office, ...] = ()
    place: str = ""
    phones: Phones | None = None
    steps: tuple[Step, ...] = ()
    flow: str = ""
    quantity: str = ""
    grades: str = ""
    together: tuple[str, ...] = ()
    intermediary: str = ""
    hours: str = ""
    fee_basis: str = ""
    hall: str = ""
    rules: tuple[str, ...] = ()
    situations: tuple[str, ...] = ()
    situation: str = ""
    situation_says: str = ""
    questions: tuple[Deciding, ...] = ()
    spared: int = 0
    faq: tuple[Question, ...] = ()
    mistakes: tuple[str, ...] = ()
    url: str = ""

    @property
    def call(self) -> str:
        """The enquiry number as a phone dials it; "" where it is no single number."""
        number = self.phones.enquiry if self.phones else ""
        return number.replace("-", "") if PHONE.fullmatch(number) else ""


def page_of_item(pack: Pack, item: Item, lang: str = DEFAULT, typed: Typed | None = None) -> GuidePage:
    """With answers `typed` by fact: of materials, fee and limit only what they leave."""
    department = pack.departments[item.department]
    left = narrowed(pack, item, typed or {})
    fee, promised = left.fee(item), left.promised(item)
    return GuidePage(
        code=item.code,
        name=item.name,
        department=department.name,
        fileable=True,
        source=pack.city.name,
        summary=item.summary,
        type=item.type,
        subjects=item.subjects,
        themes=item.themes,
        aliases=item.aliases,
        conditions=item.conditions,
        who=tuple(said for said in (situation(pack, item, part) for part in _parts(item)) if said),
        instant=bool(item.instant),
        visits=item.visits.count,
        visits_reason=item.visits.reason,
        promised=limit_words(promised, item.limits.unit, lang),
        statutory=limit_words(item.limits.statutory, item.limits.unit, lang),
        limit_basis=item.limits.basis,
        free=not fee.charged,
        fee=fee.standard if fee.charged else translate(lang, _("不收费")),
        fee_basis=fee.basis,
        hall=limit_words(item.limits.hall, item.limits.unit, lang),
        agent=item.agent,
        agent_reason=item.agent_reason,
        level=translate(lang, ASKED[item.level]) if item.level != "said" else "",
        on_paper=item.on_paper,
        materials=tuple(_material(pack, item, need, lang) for need in left.needs),
        form=tuple(_form_line(pack, item, ask) for ask in item.asks),
        result=item.result.name,
        result_sample=item.result.sample,
        delivery=tuple(translate(lang, DELIVERY[way]) for way in item.result.delivery),
        basis=tuple(basis_words(basis, lang) for basis in item.basis),
        places=tuple(pack.offices[code] for code in item.places),
        phones=department.phones,
        steps=item.steps,
        quantity=item.quantity or (quota_words(item.quota, lang) if item.quota else ""),
        grades=grades_words(pack, item, lang),
        together=tuple(f"{pack.departments[one.department].name}：{one.about}" for one in item.joint.opinions)
        if item.joint
        else (),
        intermediary=item.intermediary,
        rules=examination_rules(pack, item),
        situations=tuple(one.name for one in item.situations),
        situation=left.situation.name if left.situation else "",
        situation_says=left.situation.says if left.situation else "",
        questions=left.questions,
        spared=left.spared,
        faq=item.faq,
        mistakes=item.mistakes,
    )


def _parts(item: Item) -> tuple[Condition, ...]:
    """The conditions that all must be met, one line each."""
    match item.fits:
        case None:
            return ()
        case All(of=parts):
            return parts
        case other:
            return (other,)


def _form_line(pack: Pack, item: Item, ask: Ask) -> FormLine:
    element = pack.elements[item.element_of(ask.fact)]
    role = ask.fact.partition(".")[0]
    alike = sum(item.element_of(other.fact) == element.code for other in item.asks) > 1
    whose = item.roles[role].label if alike and role in item.roles else ""
    filled = element.example or " / ".join(element.options.values()) or element.help
    return FormLine(
        label=f"{element.label}（{whose}）" if whose else element.label,
        filled=filled,
        when=situation(pack, item, ask.when) if ask.when else "",
    )


def examination_rules(pack: Pack, item: Item) -> tuple[str, ...]:
    """审查细则: what an examiner looks at, which is what the machine judges by, in the order of judging."""
    fits = [situation(pack, item, part) for part in _parts(item)]
    return tuple(dict.fromkeys(said for said in (*fits, *(rule.say for rule in item.instant)) if said))


def quota_words(quota: Quota, lang: str = DEFAULT) -> str:
    words = {
        "year": _n("每年最多批准 %(num)s 个，按受理的先后顺序"),
        "ever": _n("一共批准 %(num)s 个，按受理的先后顺序"),
    }
    return translate(lang, words[quota.per], {"num": quota.count})


def grades_words(pack: Pack, item: Item, lang: str = DEFAULT) -> str:
    if item.grades is None:
        return ""
    options = pack.elements[item.element_of(item.grades.ask)].options
    direct = "、".join(options[grade] for grade in item.grades.direct)
    return translate(lang, _("可以直接申请：%(grades)s；其他的要先有低一级的"), {"grades": direct})


def _material(pack: Pack, item: Item, left: Need, lang: str) -> MaterialLine:
    need = left.material
    material = pack.materials[item.material_of(need.material)]
    role = need.material.partition(".")[0]
    label = item.roles[role].label if role in item.roles and len(item.roles) > 1 else ""
    same = sum(item.material_of(other.material) == material.code for other in item.materials) > 1
    return MaterialLine(
        name=f"{material.label}（{label}）" if same and label else material.label,
        when=situation(pack, item, need.when) if need.when and not left.sure else "",
        sample=material.sample,
        help=need.note or material.help,
        ways=tuple(_way(pack, way, lang) for way in material.satisfied_by),
        spared=any(way.certificate or way.register or way.result_of for way in material.satisfied_by),
        mistakes=material.mistakes,
    )


def _way(pack: Pack, way: Satisfied, lang: str) -> str:
    if way.certificate:
        return translate(lang, _("有电子%(name)s的，不用交"), {"name": pack.certificates[way.certificate].label})
    if way.register:
        return translate(lang, _("%(name)s里查得到的，不用交"), {"name": pack.registers[way.register].label})
    if way.result_of:
        return translate(lang, _("和“%(item)s”一起办的，办好后自动接上"), {"item": way.result_of})
    if way.pledge:
        return translate(lang, _("可以先承诺：%(pledge)s"), {"pledge": way.pledge})
    return translate(lang, _n("拍照或上传，最多 %(num)s 页"), {"num": way.file.pages}) if way.file else ""


def basis_words(basis: Basis, lang: str = DEFAULT) -> str:
    if not basis.law:
        return translate(lang, UNCERTAIN_BASIS)
    return f"《{basis.law}》{basis.article}：{basis.says}"


def limit_words(limit: int | None, unit: str | None, lang: str = DEFAULT) -> str:
    if limit is None:
        return ""
    return (
        translate(lang, TERMS.get(unit or "workday", TERMS["workday"]), {"num": limit})
        if limit
        else translate(lang, _("当天办结"))
    )


def page_of_guide(guide: Guide, lang: str = DEFAULT) -> GuidePage:
    phones = Phones(enquiry=guide.enquiry, complaint=guide.complaint) if guide.enquiry or guide.complaint else None
    return GuidePage(
        code=guide.code,
        name=guide.name,
        department=guide.department,
        fileable=False,
        source=guide.region_name or guide.region,
        type=guide.type or "",
        subjects=guide.subjects,
        themes=guide.themes,
        aliases=guide.aliases,
        conditions=guide.conditions,
        visits=guide.visits,
        promised=limit_words(guide.promised, guide.promised_unit, lang),
        statutory=limit_words(guide.statutory, guide.statutory_unit, lang),
        materials=tuple(MaterialLine(name, "", "", (), False, ()) for name in guide.materials),
        place=guide.place,
        phones=phones,
        hours=guide.hours,
        flow=guide.flow,
        basis=(guide.basis,) if guide.basis else (),
        free=guide.charged is False,
        fee=guide.fee or (translate(lang, _("不收费")) if guide.charged is False else ""),
        fee_basis=guide.fee_basis,
        result=guide.result,
        visits_reason=guide.visits_reason,
        quantity=guide.quantity,
        intermediary=guide.intermediary,
        url=guide.url,
    )
