"""What a person is told about her own data, and a guardian about her ward's. Pure; see messages.py."""

from backend.cases.states import Notice
from backend.core.i18n import _

EXPORT_READY, EXPORT_TAKEN = "export_ready", "export_taken"
ERASURE_ASKED, ERASURE_HELD = "erasure_asked", "erasure_held"
WARD_IS_FOURTEEN, WARD_TOOK_OVER, TOOK_OVER = "ward_is_fourteen", "ward_took_over", "took_over"

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
    WARD_IS_FOURTEEN: (
        _("孩子满 14 岁了"),
        _("从今天起，个人信息怎么用由孩子自己同意，您以前替孩子同意的不再算数。您仍是监护人，可以接着替孩子办事。"),
        _("请孩子带身份证到政务服务窗口登记手机号，接手自己的账号，再自己点同意。"),
    ),
    WARD_TOOK_OVER: (
        _("孩子接手了自己的账号"),
        _("孩子核对了身份，以后自己登录，填好的资料都在。您仍是监护人，可以替孩子办到 18 岁。"),
        _("您不用做什么。不是孩子本人去的，请马上打 12345。"),
    ),
    TOOK_OVER: (
        _("这是您自己的账号了"),
        _("家里人替您填好的资料、办过的事都在这里。个人信息怎么用，从现在起由您自己同意。"),
        _("请点开看一遍，同意哪几样由您定，随时可以撤回。"),
    ),
}
LOUD = dict.fromkeys(TEXTS, Notice.NEWS)
PUSHES = dict.fromkeys(TEXTS, (_("您的账号有一条消息"), _("点一下查看。")))
