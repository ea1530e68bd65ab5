"""A sample of a document with invented people, for whoever words it. Pure."""

from datetime import date
from uuid import UUID

from backend.documents.actions import Bench
from backend.documents.content import day_in_words
from backend.documents.kinds import KINDS, number_of
from backend.documents.making import worded
from backend.documents.model import Asked, Sheet, Wording
from backend.documents.rules import Value

SAMPLE = "样张：只供核对文字，没有效力，也没有签名。"
NOBODY = UUID(int=0)


def sample_sheet(bench: Bench, remedies: str, today: date) -> Sheet:
    kind = KINDS[bench.kind]
    asked = Asked(
        id=NOBODY,
        case_id=NOBODY,
        event_id=0,
        kind=kind.name,
        number=number_of(kind, bench.department_id, today.year, 1),
        title=bench.words.title,
        dated=today,
        department_name=bench.department_name,
        wording_id=None,
    )
    words = Wording(bench.words.title, bench.words.body)
    values = _values(bench.department_name, remedies, today)
    return worded(asked, words, values, "张三", "about:blank", SAMPLE)


def _values(department: str, remedies: str, today: date) -> dict[str, Value]:
    day = day_in_words(today)
    return {
        "事项名称": "某某事项",
        "申请人": "张三",
        "办件编号": "000000 00000000 0000000",
        "部门": department,
        "部门电话": "12345",
        "收件日期": day,
        "文书日期": day,
        "救济途径": remedies,
        "材料清单": ["网上填写的申请信息", "居民身份证（2 页）"],
        "受理日期": day,
        "办理期限": day,
        "承诺时限": "15 个工作日",
        "补正事项": ["身份证照片看不清，请重新拍一张", "请补交户口簿首页"],
        "补正期限": day,
        "理由": "这里印工作人员写明的理由",
        "主管机关": "另一个部门",
        "特别程序": "鉴定",
        "所需天数": "20 天",
        "延长天数": "10 个工作日",
        "新的期限": day,
        "结果名称": "《某某证》",
        "送达期限": day,
        "原证到期日": day,
        "送达方式": "邮寄送达",
        "签收人": "张三",
    }
