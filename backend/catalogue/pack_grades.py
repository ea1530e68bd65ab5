"""Do the grades of an item mean what they say: is the lower grade asked for exactly where one may not skip it?"""

from collections.abc import Iterator
from datetime import date

from backend.catalogue.grades_model import Grades
from backend.catalogue.model import Element, ElementType, Item, MaterialNeed, Pack
from backend.catalogue.pack_read import Fault
from backend.core.conditions import Fact, Facts, judge

ANY_DAY = date(2026, 1, 1)


def grade_faults(pack: Pack, item: Item) -> Iterator[Fault]:
    if item.grades is None:
        return
    element = pack.elements.get(item.element_of(item.grades.ask))
    if (
        item.grades.ask not in {ask.fact for ask in item.asks}
        or element is None
        or element.type is not ElementType.choice
    ):
        yield Fault("grades.ask", f"没有问“{item.grades.ask}”，或者它不是单选")
        return
    for grade in item.grades.direct:
        if grade not in element.options:
            yield Fault("grades.direct", f"“{item.grades.ask}”没有“{grade}”这一级")
    need = next((need for need in item.materials if need.material == item.grades.lower), None)
    if need is None:
        yield Fault("grades.lower", f"材料里没有“{item.grades.lower}”")
        return
    yield from _each(pack, item.grades, element, need)


def _each(pack: Pack, grades: Grades, element: Element, need: MaterialNeed) -> Iterator[Fault]:
    for grade, words in element.options.items():
        facts = Facts({grades.ask: Fact(grade)}, meanings=pack.meanings, on=ANY_DAY)
        asked = True if need.when is None else judge(need.when, facts).verdict
        if asked is None:
            yield Fault("grades.lower", f"“{words}”要不要低一级的证明，只能由“{grades.ask}”决定")
        elif asked and grade in grades.direct:
            yield Fault("grades.direct", f"“{words}”可以直接申请，就不能要低一级的证明")
        elif not asked and grade not in grades.direct:
            yield Fault("grades.direct", f"“{words}”不能直接申请，要交低一级的证明")
