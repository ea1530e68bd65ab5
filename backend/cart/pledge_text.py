"""The whole of a pledge as it is read and signed, and whether a signature still stands under it. Pure."""

from hashlib import sha256

from backend.cart.pledged import Pledged
from backend.catalogue.model import Material

BARS = {
    "nothing": "",
    "item": "%s 天内，办同一件事不能再用承诺代替材料。",
    "department": "%s 天内，办这个部门的事都不能再用承诺代替材料。",
}
WITHDRAWS = "已经批准的，依法撤回。"


def text_of(material: Material) -> str:
    """Everything she reads, in the pack's language: what she pledges, what is checked, until when, what follows."""
    promise = next((way.pledge for way in material.satisfied_by if way.pledge), "")
    terms = material.pledge
    bars = BARS[terms.excludes].replace("%s", str(terms.excluded_days))
    follows = "".join((terms.consequence, WITHDRAWS if terms.withdraws else "", bars))
    return "\n".join(
        (
            f"代替的材料：{material.label}",
            f"我承诺：{promise}",
            f"怎么核对：{terms.checked}",
            f"什么时候核对：提交以后 {terms.within_days} 天之内。",
            f"不属实的后果：{follows}",
        )
    )


def hash_of_text(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def stands(material: Material, signed: Pledged | None) -> bool:
    """Signed, and the very words that the pack has now."""
    return signed is not None and signed.text == hash_of_text(text_of(material))
