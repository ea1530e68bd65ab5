"""What people read of the machine's decisions. Pure."""

from backend.catalogue.model import Pack
from backend.core.i18n import _

FILED = _("您填的")
CAUSES = {
    "asked": _("申请人请人工看"),
    "source": _("数据来源有错"),
    "sample": _("抽查"),
}
FOUND = {"right": _("没有问题"), "wrong": _("有问题")}
OUTCOMES = {
    "granted": _("机器同意"),
    "to_person": _("交给人看"),
    "held": _("都相符，没有由机器定"),
}
DONE = {
    "right": _("记下了：没有问题。"),
    "wrong": _("记下了：有问题。要不要先停下这件事的自动批准？"),
    "withdrawn": _("已经作废，申请人会收到消息。"),
    "stopped": _("停下了，马上生效。新交的都由人来看。"),
    "goes_on": _("恢复了，马上生效。"),
    "share": _("改好了，从下一件起按新的比例抽。"),
    "review": _("放进要复核的了，申请人会收到消息。"),
    "withdraw": _("正在一件一件作废，结果写在每件后面。"),
}


def sources_of(pack: Pack) -> dict[str, str]:
    """Every register and certificate type, as findings name it, in people's words."""
    registers = {f"register.{code}": one.label for code, one in pack.registers.items()}
    return registers | {f"certificate.{code}": one.label for code, one in pack.certificates.items()}
