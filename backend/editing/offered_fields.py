"""Who is offered an item without applying, as an editor writes it. Pure."""

from backend.core.i18n import _
from backend.editing.specs import Section, Spec, a_group, a_rule, a_select, a_text

OFFERED = Section(
    "offered",
    _("主动告知（免申即享）"),
    (
        a_group(
            "offered",
            _("主动告知"),
            a_text("basis", _("凭什么查登记"), _("哪部法律、哪个文件；没有把握就写“以主管部门公布为准”")),
            a_select("over", _("在哪个登记库里找人"), "person_registers", blank=True),
            a_text("gives", _("给多少，怎么对老百姓说"), _("例如：每月 220 元，打到社保卡")),
            a_rule("when", _("还要符合什么"), _("“谁能办”都算。这里再加的，也只能是登记库里有的。")),
            a_select("looks", _("多久找一次"), "looks", blank=True),
            a_select("per", _("多久告知一次"), "offered_per", blank=True),
            a_select("role", _("告知谁"), "person_roles", _("不选就是申请人"), blank=True),
            Spec(
                name="fills", kind="named", label=_("确认时替他填好的"), blank=True, pick="facts", key="fact",
                hint=_("只能从登记库里有的来填，例如发放账户用社保卡的账号。"),
                parts=(
                    Spec(name="fact", kind="fixed", label=_("填哪一项"), options="facts"),
                    a_select("from", _("用登记的哪一项"), "facts"),
                ),
            ),
            optional=True,
        ),
    ),
)  # fmt: skip
