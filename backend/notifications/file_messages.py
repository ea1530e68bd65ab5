"""What a person is told when the virus scanner found something in a file. Pure; see messages.py."""

from backend.cases.states import Notice
from backend.core.i18n import _

TAKEN_OUT, SEALED_OFF = "file_taken_out", "file_sealed_off"

TEXTS = {
    TAKEN_OUT: (
        _("有一个文件没有通过安全检查"),
        _("它可能带病毒，已经从材料里取下，谁也打不开。别的材料都还在。"),
        _("请点开，把这份材料重新拍照再交一次。"),
    ),
    SEALED_OFF: (
        _("%(item)s：有一个文件没有通过安全检查"),
        _("它可能带病毒，已经封存，部门也打不开。您的申请还在，别的材料都在。"),
        _("部门会请您补交，到时重新拍一张照片就行。着急可以打 12345。"),
    ),
}
LOUD = dict.fromkeys(TEXTS, Notice.NEEDS_YOU)
PUSHES = dict.fromkeys(TEXTS, (_("有一个文件要重新交"), _("点一下查看。")))
