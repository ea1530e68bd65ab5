"""What of an item an editor changes, on which page, in which words: the form's own description. Pure."""

from backend.core.i18n import _
from backend.editing.offered_fields import OFFERED
from backend.editing.specs import (
    Section,
    Spec,
    a_boxes,
    a_group,
    a_lines,
    a_long,
    a_number,
    a_rows,
    a_rule,
    a_select,
    a_text,
    a_tick,
)
from backend.editing.together_fields import GRADES, TOGETHER

_BASIS = _("没有把握就写“以主管部门公布为准”")
FEE = (
    a_tick("charged", _("要收费")),
    Spec(name="amount", kind="money", label=_("收多少"), hint=_("说不定的不填，写在标准里"), blank=True),
    a_text("name", _("收费项目")),
    a_text("standard", _("收费标准")),
    a_text("basis", _("收费依据"), _BASIS),
    a_tick("online", _("可以网上缴费")),
)
VALUES = (
    Spec(name="fact", kind="fixed", label=_("哪一项"), options="facts"),
    Spec(name="value", kind="value", label=_("填的是"), key="fact"),
)

SECTIONS = (
    Section(
        "basics",
        _("名称和说明"),
        (
            a_text("name", _("事项名称"), blank=False),
            a_select("department", _("哪个部门"), "departments"),
            a_select("type", _("事项类型"), "types"),
            a_select("case_type", _("办件类型"), "case_types", _("即办件当天办结，承诺时限是 0；承诺件大于 0")),
            a_boxes("subjects", _("谁来办"), "subjects"),
            a_boxes("themes", _("放在哪些主题里"), "themes"),
            a_long("summary", _("一句话说明"), _("像对邻居说话一样：办了有什么用")),
            a_long("conditions", _("受理条件"), _("写具体，不写“相关”“有关”“等”")),
            a_lines("aliases", _("老百姓还怎么叫它")),
            a_lines("keywords", _("搜索时的其他说法")),
        ),
    ),
    Section(
        "ways",
        _("怎么办"),
        (
            a_tick("online", _("可以网上办")),
            a_tick("mail", _("收邮寄材料")),
            a_select("depth", _("网上办理深度"), "depths", blank=True),
            a_group(
                "visits", _("跑动次数"), a_number("count", _("要来几次")), a_text("reason", _("为什么要来"), _("不用来就不写"))
            ),
            a_tick("agent", _("可以由家人代办")),
            a_text("agent_reason", _("不许代办的原因")),
            a_select("level", _("要怎样核实申请人"), "levels", _("越低越方便；给钱、给证、改登记的，才要核实身份")),
            a_text("on_paper", _("为什么非要纸面签名"), _("法律要求的才写，写上是哪条法律；不写就是网上签")),
            a_tick("two_person", _("要两个人定：一个人提意见，另一个人决定")),
            a_text("intermediary", _("要中介服务的，写是什么")),
            a_text("quantity", _("数量限制")),
            a_group(
                "quota",
                _("限额"),
                a_number("count", _("最多办几件"), blank=True),
                a_select("per", _("按什么算"), "per", blank=True),
                a_text("says", _("怎么对老百姓说")),
                optional=True,
            ),
        ),
    ),
    Section(
        "limits",
        _("时限和收费"),
        (
            a_group(
                "limits",
                _("时限"),
                a_number("statutory", _("法定时限"), _("法律没有规定的不填"), blank=True),
                a_number("promised", _("承诺时限"), _("当天办结的写 0")),
                a_number("hall", _("窗口的承诺时限"), _("和网上不一样才填"), blank=True),
                a_select("unit", _("按什么算"), "units"),
                a_text("basis", _("时限依据"), _BASIS),
            ),
            a_group("fee", _("收费"), *FEE),
        ),
    ),
    Section(
        "roles",
        _("涉及哪些人和物"),
        (
            Spec(
                name="roles", kind="named", label=_("角色"), blank=True, key="name",
                hint=_("每件事都有申请人；房子、车子、账户、配偶也各是一个角色"),
                parts=(
                    a_text("name", _("代号（小写字母）"), blank=False),
                    a_select("kind", _("是什么"), "kinds"),
                    a_select("span", _("有几个"), "spans"),
                    a_text("label", _("怎么称呼"), _("不写就用城市的统一叫法")),
                ),
            ),
            a_boxes("signs", _("要谁确认"), "roles"),
        ),
    ),
    Section("fits", _("谁能办"), (a_rule("fits", _("谁能办"), _("不加条件，就是谁都能办。每一条都写上对老百姓怎么说。")),)),
    Section(
        "asks",
        _("要填的内容"),
        (
            a_rows(
                "asks",
                _("要填的内容"),
                Spec(name="fact", kind="fixed", label=_("填什么"), options="facts"),
                a_tick("required", _("一定要填")),
                a_rule("when", _("什么情况下才问"), _("不加条件，就是都要问。")),
                pick="facts",
                key="fact",
            ),
        ),
    ),
    Section(
        "materials",
        _("材料"),
        (
            a_rows(
                "materials",
                _("材料"),
                Spec(name="material", kind="fixed", label=_("什么材料"), options="materials"),
                a_tick("required", _("一定要交")),
                a_number("max_age_days", _("多少天以内开的才算"), blank=True),
                a_text("note", _("对这件事的说明")),
                a_text("variant", _("同一种材料要两份的，写是哪一份")),
                a_rule("when", _("什么情况下才要"), _("不加条件，就是都要交。")),
                pick="materials",
                key="material",
            ),
        ),
    ),
    Section(
        "situations",
        _("办理情形"),
        (
            a_rows(
                "situations",
                _("办理情形"),
                a_text("name", _("情形名称"), _("例如：首次办理、变更、换证"), blank=False),
                a_text("says", _("一句话说明")),
                a_number("promised", _("承诺时限"), _("和这件事平常的不一样才填"), blank=True),
                a_group("fee", _("收费（不一样才填）"), *FEE, optional=True),
                a_rule("when", _("什么情况算它")),
            ),
            a_group(
                "renewal",
                _("到期不批视为同意延续"),
                a_select("expires", _("到期日是哪一项"), "facts", blank=True),
                a_number("apply_days_before", _("到期前多少天申请"), blank=True),
                a_rule("when", _("哪些申请算延续")),
                optional=True,
            ),
            GRADES,
        ),
    ),
    Section(
        "instant",
        _("自动批准的规则"),
        (
            a_rows(
                "instant", _("自动批准的规则"), Spec(name="", kind="rule", label=_("规则"), ruled=True),
                hint=_("每一条都明确成立才当场批准；有一条对不上，就由人来看。机器从不拒绝。"),
            ),
        ),
    ),
    Section(
        "result",
        _("结果、地点和流程"),
        (
            a_group(
                "result",
                _("结果"),
                a_text("name", _("结果叫什么"), blank=False),
                a_select("kind", _("是哪一种"), "results"),
                a_select("certificate", _("对应的电子证照"), "certificates", blank=True),
                a_text("sample", _("结果是什么样的")),
                a_boxes("delivery", _("怎么送到"), "deliveries"),
            ),
            a_boxes("places", _("在哪些窗口办"), "places"),
            a_rows(
                "steps",
                _("办理流程"),
                a_text("name", _("这一步叫什么"), blank=False),
                a_text("who", _("谁来做"), blank=False),
                a_number("workdays", _("几个工作日"), blank=True),
                a_tick("pauses", _("不计入时限（如听证、评估）")),
                a_text("says", _("怎么对老百姓说")),
            ),
            a_rows(
                "basis",
                _("办理依据"),
                a_select("law", _("法律"), "laws", _BASIS, blank=True),
                a_text("article", _("第几条")),
                a_text("says", _("怎么规定的")),
            ),
        ),
    ),
    OFFERED,
    TOGETHER,
    Section(
        "faq",
        _("常见问题和易错点"),
        (
            a_rows("faq", _("常见问题"), a_text("q", _("问"), blank=False), a_long("a", _("答"))),
            a_lines("mistakes", _("容易出错的地方")),
        ),
    ),
    Section(
        "examples",
        _("例子（证明规则没有写错）"),
        (
            a_rows(
                "examples",
                _("例子"),
                a_text("name", _("这是谁，什么情况"), blank=False),
                a_select("expect", _("应当是什么结果"), "outcomes"),
                Spec(name="today", kind="date", label=_("按哪一天算"), blank=True),
                Spec(name="facts", kind="named", label=_("他填的"), parts=VALUES, pick="facts", key="fact", blank=True),
                Spec(
                    name="sources", kind="named", label=_("登记库和证照上的"), key="register", pick="vouching", blank=True,
                    parts=(
                        Spec(name="register", kind="fixed", label=_("登记库或证照"), options="vouching"),
                        Spec(name="facts", kind="named", label=_("查到的内容"), parts=VALUES, pick="facts", key="fact", blank=True),
                    ),
                ),
                hint=_("至少各有一个：当场批准的、要人看的、不符合的。"),
            ),
        ),
    ),
)  # fmt: skip

BY_NAME = {section.name: section for section in SECTIONS}
SPEC_OF = {spec.name: spec for section in SECTIONS for spec in section.specs}
SECTION_OF = {spec.name: section.name for section in SECTIONS for spec in section.specs}
