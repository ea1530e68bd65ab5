"""Does a matter that several departments handle together hold together?"""

from collections.abc import Iterator

from backend.catalogue.joint_model import LONGEST_JOINT, Joint
from backend.catalogue.model import Item, Pack
from backend.catalogue.pack_read import Fault


def joint_faults(pack: Pack, item: Item) -> Iterator[Fault]:
    """Nothing of it is decided without those who are asked, and they have time for it within what is promised."""
    if item.joint is None:
        return
    if item.instant or item.renewal:
        yield Fault("joint", "几个部门一起办的，不能自动批准，也不能视为准予延续")
    if (item.limits.statutory or 0) > LONGEST_JOINT:
        yield Fault("limits.statutory", f"几个部门一起办的，法定时限最多 {LONGEST_JOINT} 个工作日")
    if item.limits.unit == "workday" and _longest_way(item.joint) > item.limits.promised:
        yield Fault("joint.opinions", f"各部门的时限合起来是 {_longest_way(item.joint)} 天，比承诺的还长")
    if item.joint.government and item.joint.government not in pack.departments:
        yield Fault("joint.government", f"没有“{item.joint.government}”这个部门")
    yield from _opinions(pack, item, item.joint)


def _longest_way(joint: Joint) -> int:
    """The lower level first, then all others at once."""
    return sum(max((o.limit for o in joint.opinions if o.first is first), default=0) for first in (True, False))


def _opinions(pack: Pack, item: Item, joint: Joint) -> Iterator[Fault]:
    known = {ask.fact for ask in item.asks} | {need.material for need in item.materials}
    asked: set[tuple[str, str]] = set()
    for i, opinion in enumerate(joint.opinions):
        where = f"joint.opinions[{i}]"
        if opinion.department not in pack.departments:
            yield Fault(f"{where}.department", f"没有“{opinion.department}”这个部门")
        if opinion.department == item.department:
            yield Fault(f"{where}.department", "牵头的部门自己决定，不用征求自己的意见")
        if (opinion.department, opinion.about) in asked:
            yield Fault(where, f"“{opinion.about}”问了两遍")
        asked.add((opinion.department, opinion.about))
        if not opinion.sees:
            yield Fault(f"{where}.sees", "要写明这个部门看哪些内容和材料")
        yield from (Fault(f"{where}.sees", f"这件事没有“{name}”") for name in opinion.sees if name not in known)
