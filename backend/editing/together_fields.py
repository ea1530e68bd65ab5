"""What an item has to do with other departments and other items, and its grades, as an editor writes it. Pure."""

from backend.core.i18n import _
from backend.editing.specs import Section, Spec, a_boxes, a_group, a_number, a_rows, a_select, a_text, a_tick

GRADES = a_group(
    "grades",
    _("等级"),
    a_select("ask", _("申请哪一级，是哪一题"), "single_choices", _("要填的内容里的一道单选题；等级从低到高排")),
    Spec(name="direct", kind="choices", label=_("可以直接申请的等级"), key="ask", hint=_("没有勾的，要先有低一级的")),
    a_select("lower", _("低一级的证明是哪种材料"), "needed", _("材料里要有它，并写明哪些等级才要")),
    optional=True,
)

TOGETHER = Section(
    "together",
    _("别的部门和别的事"),
    (
        a_group(
            "joint",
            _("几个部门一起办"),
            a_tick("survey", _("一起去现场看，先告诉申请人哪一天")),
            a_select("government", _("延长时限由哪里的负责人批"), "every_department", blank=True),
            Spec(
                name="opinions", kind="rows", label=_("征求意见的部门"),
                hint=_("老百姓只交一次，由这件事的部门牵头；各部门只看得到下面勾的内容。"),
                parts=(
                    a_text("about", _("请它看什么"), blank=False),
                    a_select("department", _("哪个部门"), "every_department"),
                    a_number("limit", _("几个工作日内答复")),
                    a_select("silence", _("到期没有答复"), "silences", _("法律允许的，才能当作同意")),
                    a_tick("first", _("下级先审，同意了再问别的部门")),
                    a_boxes("sees", _("它看得到什么"), "handed_in"),
                ),
            ),
            optional=True,
        ),
        a_rows(
            "excludes",
            _("不能和它一起办的事"),
            a_select("item", _("哪件事"), "other_items"),
            a_text("say", _("为什么，怎么对老百姓说"), blank=False),
            a_select("same", _("同一个谁（什么）才算"), "roles", _("不选，就是不管谁都不能一起办"), blank=True),
            a_select("situation", _("只在哪种情形"), "situations", blank=True),
            hint=_("两件事都写了才起作用。那一件是别的部门的，请他们也写上。"),
        ),
    ),
)  # fmt: skip
