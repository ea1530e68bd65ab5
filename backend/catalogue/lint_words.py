"""Words that tell a stranger nothing, marks of a hurried author, and what a phone number looks like. Pure."""

import re
from collections.abc import Iterator, Mapping

from backend.catalogue.model import Proof

VAGUE = re.compile(
    r"相关|有关|其他|其它|必要的|若干|视情况"
    r"|(?<![高中初同平对均优特])等(?![级待候同于额量份位])"  # 高等、等级、等待 are words of their own
)
CITATION = re.compile(r"《[^》]+》|第[一二三四五六七八九十百千零\d]+条|[\[〔（(]\d{4}[\]〕）)]\s*\d+\s*号")
MARKERS = re.compile(r"待核实|待确认|待补|占位|TODO|FIXME|XXX|lorem", re.IGNORECASE)
PHONE = re.compile(r"0\d{2,3}-\d{7,8}(-\d{1,5})?|1\d{2,4}|400-?\d{3}-?\d{4}", re.ASCII)


def vague_in(text: str) -> Iterator[str]:
    """Each vague word once, in the order it is met."""
    yield from dict.fromkeys(found[0] for found in VAGUE.finditer(text))


def abolished_in(material: str, proofs: Mapping[str, Proof]) -> Iterator[str]:
    """The abolished proofs that this name of a material asks for."""
    yield from (name for name, proof in proofs.items() if proof.abolished and proof.named_in(material))
