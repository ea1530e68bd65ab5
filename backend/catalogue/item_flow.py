"""The drawn flow of an item, from its own definition. Pure."""

from backend.catalogue.flow import NARROW, WIDE, Drawing, Stage, drawn
from backend.catalogue.guide import GuidePage
from backend.catalogue.model import Step
from backend.core.city_words import city_word
from backend.core.i18n import _, _n, translate
from backend.core.localised import localised


def flow_of(item: GuidePage, lang: str, *, large: bool) -> Drawing | None:
    if not item.steps:
        return None
    stages = [
        Stage("pause" if step.pauses else "step", f"{at} {step.name}", stage_facts(step, lang), step.says)
        for at, step in enumerate(localised(item.steps, lang), 1)  # before lines are measured
    ]
    end = Stage("end", city_word(item.result, lang), translate(lang, _("最多 %(limit)s"), {"limit": item.promised}))
    return drawn([*stages, end], NARROW if large else WIDE)


def stage_facts(step: Step, lang: str) -> str:
    took = translate(lang, _n("%(num)s 个工作日"), {"num": step.workdays}) if step.workdays else ""
    pause = translate(lang, _("不计入时限")) if step.pauses else ""
    return " · ".join(said for said in (city_word(step.who, lang), took, pause) if said)
