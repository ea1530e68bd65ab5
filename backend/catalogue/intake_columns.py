"""The columns of a table of items, by the names of GB/T 39046 (code or Chinese), and what each holds.

The template and the page that explains it are made from this list, so they cannot disagree with what is read.
"""

import msgspec


class Column(msgspec.Struct, frozen=True):
    """`names` beside code and label are other spellings met in practice."""

    code: str
    label: str
    holds: str
    example: str = ""
    required: bool = False
    names: tuple[str, ...] = ()


MANY = "几个之间用 ^ 隔开"
YES_NO = "1 是，0 否"
COLUMNS = (
    Column("task_code", "实施编码", "31 位；和业务办理项编码至少有一个", "11460100MB00000000" + "1" + "460101001000"),
    Column("task_handle_item", "业务办理项编码", "33 位；有它就用它作编码", names=("handle_item",)),
    Column("task_name", "事项名称", "最多 300 字", "（示例）食品经营许可", required=True, names=("name", "名称")),
    Column("dept_name", "实施主体", "部门全称", "示例市市场监督管理局", required=True, names=("dept", "部门", "实施部门")),
    Column("area_code", "区划代码", "GB/T 2260 的 6 位，或更长", "460100", names=("region", "行政区划代码")),
    Column("task_type", "事项类型", "附录 A.1 的代码或名称；20、21 一起出现时按地方代码读", "01"),
    Column("project_type", "办件类型", "1 即办件，2 承诺件", "2"),
    Column("server_type", "服务对象", f"附录 A.4 的代码或名称，{MANY}；出现 9 时按旧代码读", "1^2"),
    Column("user_topic_type", "面向自然人主题分类", MANY, "准营准办"),
    Column("corp_topic_type", "面向法人主题分类", MANY, "准营准办"),
    Column("by_law", "设定依据", "法律名称和条款"),
    Column("accept_condition", "受理条件", "可以多行", "有固定的经营场所"),
    Column("material_name", "申请材料", f"{MANY}，也可以一行一份", "居民身份证^营业执照", names=("材料名称",)),
    Column("handle_flow", "办理流程", "可以多行", "申请→受理→审查→决定"),
    Column("anticipate_day", "法定办结时限", "整数，没有就空着", "20"),
    Column("anticipate_day_type", "法定办结时限单位", "1 工作日，2 自然日，5 月；空着是工作日", "1", names=("法定时限单位",)),
    Column("promise_day", "承诺办结时限", "整数，当天办结写 0", "10"),
    Column("promise_day_type", "承诺办结时限单位", "同上", "1", names=("承诺时限单位",)),
    Column("limit_scene_num", "到办事现场次数", "整数", "0"),
    Column("limit_scene_explain", "必须现场办理原因", "次数大于 0 时写"),
    Column("is_online", "是否网办", YES_NO, "1"),
    Column("is_express", "是否物流快递", YES_NO, "1"),
    Column("is_pay_online", "是否网上支付", YES_NO, "0", names=("是否支持网上支付",)),
    Column("online_handle_depth", "网上办理深度", "I 至 IV", "IV"),
    Column("is_fee", "是否收费", YES_NO, "0"),
    Column("fee_stand", "收费标准", "收费时写"),
    Column("fee_basis", "收费依据", "收费时写"),
    Column("result_name", "审批结果名称", "", "食品经营许可证", names=("结果名称",)),
    Column("limit_explain", "数量限制", "没有就空着"),
    Column("service_type", "中介服务", "没有就空着"),
    Column("transact_addr", "办理地点", "写到楼层和窗口", "示例市示例路 1 号政务服务大厅一楼 A01 窗口"),
    Column("transact_time", "办理时间", "写明哪些日子", "工作日 8:30 至 12:00"),
    Column("link_way", "咨询方式", "带区号的电话", "0898-12345104", names=("咨询电话",)),
    Column("supervise_way", "监督投诉方式", "带区号的电话，和咨询不一样", "0898-12345904", names=("投诉电话", "监督投诉电话")),
    Column("link_addr", "在线办理地址", "http 或 https 开头"),
    Column("alias", "别名", f"老百姓的叫法，{MANY}", "卫生许可证", names=("aliases",)),
)  # fmt: skip

BY_NAME = {name: column for column in COLUMNS for name in (column.code, column.label, *column.names)}


def column_named(text: str) -> Column | None:
    """A heading as it is met: in either language, with spaces, stars or a remark in brackets."""
    plain = text.strip().strip("*＊").split("（")[0].split("(")[0].strip()
    return BY_NAME.get(plain) or BY_NAME.get(plain.lower())
