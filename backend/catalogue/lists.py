"""The lists the city publishes: what needs no errand, which proofs were abolished, stay or became a pledge, which
intermediaries a law asks for, what examiners look at, and what was announced. Pure.

Everything is made from the pack and the items in force. Numbers that only a public paper knows stand beside the list with
that paper's name, and are never mixed with what is counted here.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import date

import msgspec

from backend.catalogue.guide import basis_words, examination_rules, quota_words
from backend.catalogue.model import UNCERTAIN_BASIS, Item, Material, Pack, PublicCount
from backend.catalogue.pack_credit import tier_leaves
from backend.core.i18n import _


class Entry(msgspec.Struct, frozen=True):
    """One line of a list. `items`: what it is about, as pairs of code and name."""

    title: str
    says: str = ""
    by: str = ""
    day: str = ""
    items: tuple[tuple[str, str], ...] = ()

    @property
    def words(self) -> str:
        return " ".join((self.title, self.says, self.by, self.day, *(name for _code, name in self.items))).lower()


class Kind(msgspec.Struct, frozen=True):
    """One list: its title and what it is, in our own words, and how it is made. `state`: which public counts belong."""

    title: str
    lead: str
    made: Callable[[Pack], Iterable[Entry]] | None
    state: str = ""


def _abolished(pack: Pack) -> Iterator[Entry]:
    for proof in pack.proofs.values():
        if proof.abolished:
            yield Entry(proof.name, _joined("原来用于" + proof.purpose, "现在" + proof.instead), proof.issuer)


def _kept(pack: Pack) -> Iterator[Entry]:
    """Entries of the pack, and every material called a proof that one can only hand in oneself."""
    listed = {name: proof for name, proof in pack.proofs.items() if proof.state == "kept"}
    for material in pack.materials.values():
        items = _asking(pack, material)
        proof = listed.pop(material.label, None)
        must = "证明" in material.label and not any(
            way.certificate or way.register or way.result_of or way.pledge for way in material.satisfied_by
        )
        if proof or (must and items):
            yield Entry(material.label, material.help, proof.issuer if proof else material.issuer, items=items)
    for proof in listed.values():
        yield Entry(proof.name, _joined("用于" + proof.purpose, proof.instead), proof.issuer)


def _pledged(pack: Pack) -> Iterator[Entry]:
    for material in pack.materials.values():
        pledges = [way.pledge for way in material.satisfied_by if way.pledge]
        if pledges and (items := _asking(pack, material)):
            yield Entry(material.label, f"承诺：{pledges[0]}", material.issuer, items=items)


def _spared(pack: Pack) -> Iterator[Entry]:
    for material in pack.materials.values():
        sources = [pack.certificates[way.certificate].label for way in material.satisfied_by if way.certificate]
        sources += [pack.registers[way.register].label for way in material.satisfied_by if way.register]
        if sources and (items := _asking(pack, material)):
            yield Entry(material.label, f"从{'、'.join(sources)}里查", material.issuer, items=items)


def _intermediaries(pack: Pack) -> Iterator[Entry]:
    for item in _by_name(pack):
        if item.intermediary:
            basis = "；".join(basis_words(one) for one in item.basis if one.law)
            yield Entry(item.intermediary, basis, _department(pack, item), items=((item.code, item.name),))


def _rules(pack: Pack) -> Iterator[Entry]:
    for item in _by_name(pack):
        if rules := examination_rules(pack, item):
            says = "；".join(rules) + ("（全部相符的由系统当场批准）" if item.instant else "")
            yield Entry(item.name, says, _department(pack, item), items=((item.code, item.name),))


def _quotas(pack: Pack) -> Iterator[Entry]:
    for item in _by_name(pack):
        if item.quota:
            says = _joined(quota_words(item.quota), item.quota.says)
            yield Entry(item.name, says, _department(pack, item), items=((item.code, item.name),))


def _dishonest(pack: Pack) -> Iterator[Entry]:
    """What who is on the list of the dishonest may not have, and by which law: the rules themselves, nothing beside them."""
    ordinary = pack.city.credit.ordinary if pack.city.credit else ()
    for item in _by_name(pack):
        for leaf in tier_leaves(pack, item, item.fits) if item.fits else ():
            if leaf.op in ("is_not", "is", "in") and (leaf.op == "is_not") == (leaf.value not in ordinary):
                says = _joined(leaf.say, "依据：" + (leaf.basis or UNCERTAIN_BASIS))
                yield Entry(item.name, says, _department(pack, item), items=((item.code, item.name),))


def _announced(pack: Pack) -> Iterator[Entry]:
    """Newest first."""
    for one in sorted(pack.announcements.values(), key=lambda one: one.day, reverse=True):
        items = tuple((pack.items[name].code, name) for name in one.items if name in pack.items)
        yield Entry(one.title, one.says, one.by, one.day, items)


LISTS = {
    "zero-errand": Kind(_("不用跑的事项"), _("从头到尾在网上办，一次都不用来。"), None),
    "abolished-proofs": Kind(_("取消的证明"), _("这些证明不用再开，谁向您要都可以投诉。"), _abolished, "abolished"),
    "pledges": Kind(_("写承诺代替的证明"), _("手上没有的，可以先书面承诺，后面再核对。"), _pledged, "pledged"),
    "kept-proofs": Kind(_("还要交的证明"), _("系统里还查不到、只能由您交的。"), _kept, "kept"),
    "spared-materials": Kind(_("不用交的材料"), _("系统里查得到的，就不用您交。"), _spared),
    "intermediaries": Kind(
        _("中介服务"),
        _("没有法律、法规或者国务院决定作依据的，不得要您找中介（《优化营商环境条例》第四十三条）。"),
        _intermediaries,
    ),
    "quotas": Kind(_("有数量限制的"), _("只批准这么多，按受理的先后顺序。"), _quotas),
    "dishonest": Kind(
        _("失信的人不能办的"),
        _("只有列在这里的事受限制，别的事照常办。等级有误可以申诉，改正了可以修复。"),
        _dishonest,
    ),
    "examination-rules": Kind(_("审查细则"), _("每件事审查时看什么，机器和人看的是同一份。"), _rules),
    "announcements": Kind(_("政策与公告"), _("法律、政策文件和通知。"), _announced),
}


def entries(pack: Pack, name: str, q: str = "") -> list[Entry]:
    """One list as the pack makes it, of what holds every word asked for."""
    made = LISTS[name].made
    words = q.lower().split()
    return [entry for entry in (made(pack) if made else ()) if all(word in entry.words for word in words)]


def counts_of(pack: Pack, name: str) -> tuple[PublicCount, ...]:
    state = LISTS[name].state
    return tuple(count for count in pack.proof_counts if state and count.state == state)


def day_of(entry: Entry) -> date | None:
    """None where only the year is known."""
    return date.fromisoformat(entry.day) if len(entry.day) == len("2026-01-31") else None


def _asking(pack: Pack, material: Material) -> tuple[tuple[str, str], ...]:
    return tuple(
        (item.code, item.name)
        for item in _by_name(pack)
        if any(item.material_of(need.material) == material.code for need in item.materials)
    )


def _by_name(pack: Pack) -> list[Item]:
    return sorted(pack.items.values(), key=lambda item: item.code)


def _department(pack: Pack, item: Item) -> str:
    return pack.departments[item.department].name


def _joined(*parts: str) -> str:
    return "；".join(part for part in parts if part and part not in ("现在", "用于"))
