"""What a person is told about her own data. Pure; see messages.py."""

from backend.cases.states import Notice
from backend.core.i18n import _

EXPORT_READY, EXPORT_TAKEN = "export_ready", "export_taken"
ERASURE_ASKED, ERASURE_HELD = "erasure_asked", "erasure_held"

TEXTS = {
    EXPORT_READY: (
        _("您的资料打包好了"),
        _("您要的全部资料已经打成一个压缩包。"),
        _("请点开下载，保留 7 天。下载前要重新登录一次。"),
    ),
    EXPORT_TAKEN: (
        _("您的资料刚才被下载了一次"),
        _("下载的人用您的账号重新登录过。"),
        _("是您自己就不用管。不是您，请马上到「登录过的地方」退出别的设备，再打 12345。"),
    ),
    ERASURE_ASKED: (
        _("您的账号 7 天后注销"),
        _("收到了您的注销申请。"),
        _("改主意了，或者不是您申请的，请点开，点一下就取消。"),
    ),
    ERASURE_HELD: (
        _("账号没有注销"),
        _("申请注销以后，又有了没办完的事，或者还在用的授权。"),
        _("请点开看是哪几件。办完以后想注销，再申请一次。"),
    ),
}
LOUD = dict.fromkeys(TEXTS, Notice.NEWS)
PUSHES = dict.fromkeys(TEXTS, (_("您的账号有一条消息"), _("点一下查看。")))
