"""What of the city's vocabulary an editor changes, in which words: offices, departments, elements, materials. Pure."""

from backend.core.i18n import _
from backend.editing.fields import Spec, a_boxes, a_group, a_lines, a_number, a_rows, a_select, a_text, a_tick

_PHONES = a_group(
    "phones",
    _("电话"),
    a_text("enquiry", _("咨询电话"), _("带区号"), blank=False),
    a_text("complaint", _("投诉电话"), _("带区号，和咨询的不一样"), blank=False),
)
OFFICE = (
    a_text("name", _("地点名称"), blank=False),
    a_boxes("departments", _("哪些部门在这里办"), "departments"),
    a_select("region", _("在哪个区"), "regions"),
    a_text("address", _("地址"), _("写到楼层"), blank=False),
    a_text("window", _("窗口"), _("写到几号窗口"), blank=False),
    a_text("opens", _("开门时间"), _("写明哪些日子、几点到几点"), blank=False),
    _PHONES,
)
DEPARTMENT = (a_text("name", _("部门全称"), blank=False), _PHONES, a_lines("aliases", _("老百姓还怎么叫它")))
ELEMENT = (
    a_text("label", _("问什么"), _("全市只有这一种叫法"), blank=False),
    a_select("type", _("怎么填"), "element_types"),
    a_text("topic", _("放在哪一组里"), _("例如：身份、户籍、住房"), blank=False),
    a_select("sensitivity", _("敏感程度"), "sensitivities"),
    a_text("help", _("怎么填的说明")),
    a_text("why", _("为什么要问"), _("对老百姓说")),
    a_text("example", _("例子")),
    Spec(
        name="options", kind="named", label=_("可以选的（单选、多选才写）"), blank=True, key="value",
        parts=(a_text("value", _("代号（小写字母）"), blank=False), a_text("label", _("显示的文字"), blank=False)),
    ),
    a_number("least", _("最小"), blank=True),
    a_number("most", _("最大"), blank=True),
    a_number("max_length", _("最多几个字"), blank=True),
    a_text("unit", _("单位")),
    a_text("not_before", _("不早于"), _("日期，或 today")),
    a_text("not_after", _("不晚于"), _("日期，或 today")),
    a_tick("identity", _("能认出是谁（同样的就是同一个人或物）")),
)  # fmt: skip
MATERIAL = (
    a_text("label", _("材料名称"), _("写具体，不写“相关”“有关”“等”"), blank=False),
    a_rows(
        "satisfied_by",
        _("怎么算交了"),
        a_select("certificate", _("有这种电子证照"), "certificates", blank=True),
        a_select("register", _("这个登记库查得到"), "registers", blank=True),
        a_select("result_of", _("这件事的结果"), "items", blank=True),
        a_text("pledge", _("可以先承诺，承诺的话")),
        a_group(
            "file",
            _("拍照或上传"),
            a_number("pages", _("最多几页"), blank=True),
            a_number("max_mb", _("最大几 MB"), blank=True),
            a_boxes("formats", _("收哪些格式"), "formats"),
            optional=True,
        ),
        hint=_("一条只写一种办法；至少要有一种人人都做得到的。"),
    ),
    a_group(
        "pledge",
        _("承诺代替时的约定（上面写了承诺的话才用）"),
        a_text("checked", _("事后怎么核对"), _("承诺的人签之前读到的话"), blank=False),
        a_number("within_days", _("提交以后几天之内核对")),
        a_text("consequence", _("不属实的后果"), _("没有把握就写“以主管部门公布为准”"), blank=False),
        a_select("excludes", _("不属实的，还能不能再承诺"), "excludes"),
        a_number("excluded_days", _("多少天不能再承诺")),
        a_tick("withdraws", _("不属实的，依法撤回决定（由部门负责人办）")),
    ),
    a_select("trust", _("最低可信程度"), "trusts"),
    a_text("help", _("怎么准备的说明")),
    a_text("issuer", _("谁开的")),
    a_text("sample", _("是什么样的")),
    a_lines("mistakes", _("容易出错的地方")),
)
SPECS = {"office": OFFICE, "department": DEPARTMENT, "element": ELEMENT, "material": MATERIAL}
LABELS = {
    "office": _("办事地点"),
    "department": _("部门电话"),
    "element": _("要填的内容"),
    "material": _("材料"),
}
