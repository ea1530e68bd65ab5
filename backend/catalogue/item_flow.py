"""The drawn flow of an item, from its own definition. Pure."""

from backend.catalogue.flow import NARROW, WIDE, Drawing, Stage, drawn
from backend.catalogue.guide import GuidePage
from backend.catalogue.model import Step
from backend.core.i18n import _, _n, translate


def flow_of(item: GuidePage, lang: str, *, large: bool) -> Drawing | None:
    if not item.steps:
        return None
    stages = [
        Stage("pause" if step.pauses else "step", f"{at} {step.name}", stage_facts(step, lang), step.says)
        for at, step in enumerate(item.steps, 1)
    ]
    end = Stage("end", item.result, translate(lang, _("最多 %(limit)s"), {"limit": item.promised}))
    return drawn([*stages, end], NARROW if large else WIDE)


def stage_facts(step: Step, lang: str) -> str:
    took = translate(lang, _n("%(num)s 个工作日"), {"num": step.workdays}) if step.workdays else ""
    pause = translate(lang, _("不计入时限")) if step.pauses else ""
    return " · ".join(said for said in (step.who, took, pause) if said)
