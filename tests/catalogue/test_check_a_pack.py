"""The check: the starter city is without fault, and each way of spoiling it is found, where it was spoilt."""

from collections.abc import Callable
from typing import Any

import pytest

from backend.catalogue import pack_check
from backend.catalogue.pack_read import Fault
from tests.catalogue.packs import faults_of, starter

OLD, CARD, NURSING, RENT = "高龄老人长寿补贴", "老年人优待证", "护理补贴", "房屋租赁备案"
FOOD, HOME, SALE, JOBLESS, SHOP = "食品经营许可", "公共租赁住房", "二手房转移登记", "失业补助", "个体工商户设立"
GARDEN = "民办幼儿园设立"
Raw = dict[str, Any]


def test_the_starter_city_is_without_fault():
    assert faults_of(starter()) == []


def item(raw: Raw, name: str) -> Raw:
    found: Raw = raw["items"][name]
    return found


def put(name: str, field: str, value: Any) -> Callable[[Raw], None]:
    return lambda raw: item(raw, name).__setitem__(field, value)


def add(name: str, field: str, *values: Any) -> Callable[[Raw], None]:
    return lambda raw: item(raw, name)[field].extend(values)


def ask(n: int, **changed: Any) -> Callable[[Raw], None]:
    """Another question to the n-th department."""
    return lambda raw: item(raw, GARDEN)["joint"]["opinions"][n].update(changed)


def grade(**changed: Any) -> Callable[[Raw], None]:
    return lambda raw: item(raw, "椰级乡村旅游点评定")["grades"].update(changed)


SPOILT: dict[str, tuple[Callable[[Raw], Any], str, str]] = {
    # names
    "an unknown department": (put(OLD, "department", "气象局"), "department", "气象局"),
    # several departments in one matter
    "an unknown department asked": (ask(1, department="气象局"), "joint.opinions[1].department", "气象局"),
    "the lead asked itself": (ask(1, department="教育局"), "joint.opinions[1].department", "不用征求自己"),
    "one question asked twice": (
        ask(2, department="消防救援支队", about="消防安全"),
        "joint.opinions[2]",
        "问了两遍",
    ),
    "an opinion that sees nothing": (ask(1, sees=[]), "joint.opinions[1].sees", "要写明"),
    "an opinion that sees what nobody hands in": (
        ask(1, sees=["business.shoe_size"]),
        "joint.opinions[1].sees",
        "business.shoe_size",
    ),
    "opinions that take longer than what is promised": (ask(1, limit=16), "joint.opinions", "比承诺的还长"),
    "an unknown government": (
        lambda raw: item(raw, GARDEN)["joint"].update(government="月球"),
        "joint.government",
        "月球",
    ),
    "a joint matter over forty-five workdays": (
        lambda raw: item(raw, GARDEN)["limits"].update(statutory=60),
        "limits.statutory",
        "45",
    ),
    # grades applied for directly
    "a grade nobody asks for": (grade(ask="filing.sign_size"), "grades.ask", "filing.sign_size"),
    "a grade that does not exist": (grade(direct=["one", "two", "three", "six"]), "grades.direct", "six"),
    "a direct grade that needs the lower one": (
        grade(direct=["one", "two", "three", "four"]),
        "grades.direct",
        "四椰级",
    ),
    "a grade skipped without the lower one": (grade(direct=["one", "two"]), "grades.direct", "三椰级"),
    "a proof of the lower grade nobody hands in": (grade(lower="filing.sign_picture"), "grades.lower", "sign_picture"),
    "a joint matter granted by machine": (
        put(GARDEN, "instant", [{"rule": "园址", "fact": "business.region", "within": "460100", "say": "在海口"}]),
        "joint",
        "不能自动批准",
    ),
    "an unknown life event": (
        lambda raw: raw["pack"]["life_events"].append("搬到月球"),
        "pack.yaml: life_events",
        "搬到月球",
    ),
    "an unknown office": (put(OLD, "places", ["moon"]), "places", "moon"),
    "an unknown element": (add(OLD, "asks", "applicant.shoe_size"), "asks[11]", "person.shoe_size"),
    "an unknown role": (add(OLD, "asks", "uncle.name"), "asks[11]", "uncle"),
    "an unknown material": (add(OLD, "materials", "applicant.passport"), "materials[4]", "person.passport"),
    "an unknown register": (
        lambda raw: item(raw, OLD)["instant"][4].update({"from": "register.moon"}),
        "instant[4]",
        "register.moon",
    ),
    "a register that does not know the fact": (
        lambda raw: item(raw, OLD)["instant"][6].update({"from": "register.market"}),
        "instant[6]",
        "person.elder_allowance",
    ),
    "a choice that does not exist": (
        lambda raw: item(raw, OLD)["asks"][6]["when"].update({"is": "maybe"}),
        "asks[6].when",
        "maybe",
    ),
    "a number compared with a choice": (
        lambda raw: item(raw, OLD)["fits"]["all"][1].update({"fact": "applicant.age"}),
        "fits",
        "within",
    ),
    "an unknown certificate": (
        lambda raw: raw["materials"]["person.id_card"]["satisfied_by"].insert(0, {"certificate": "library_card"}),
        "materials.yaml: person.id_card",
        "library_card",
    ),
    "an unknown kind of party": (
        lambda raw: raw["elements"].update({"ship.name": {"label": "船名", "type": "text", "topic": "船"}}),
        "elements.yaml: ship.name",
        "ship",
    ),
    "an element derived from itself": (
        lambda raw: raw["elements"]["person.birth_date"].update({"derived": {"years_since": "person.age"}}),
        "elements.yaml",
        "person.age",
    ),
    "the same code twice": (put(CARD, "code", "460100-MZ-001"), "code", "编码一样"),
    "one alias for two items": (add(CARD, "aliases", "高龄津贴"), "aliases", "高龄津贴"),
    "a life event of nowhere": (
        lambda raw: raw["lexicon"]["life"].update({"搬家": ["搬家补贴"]}),
        "lexicon.yaml: life.搬家",
        "搬家补贴",
    ),
    # filing
    "a role nobody asks about": (
        lambda raw: item(raw, OLD)["roles"].update({"spouse": "person"}),
        "roles.spouse",
        "没有一个问题",
    ),
    "a flat that signs": (put(RENT, "signs", ["applicant", "flat"]), "signs", "不是人"),
    "nobody signs": (put(OLD, "signs", []), "signs", "至少要有一个"),
    "a derived fact that is asked": (add(OLD, "asks", "applicant.age"), "asks", "推算"),
    "a question asked twice": (add(OLD, "asks", "applicant.name"), "asks", "问了两次"),
    "a question that waits for itself": (
        add(NURSING, "asks", {"fact": "applicant.marital", "when": {"fact": "applicant.marital", "is": "married"}}),
        "asks",
        "等它自己",
    ),
    "a material with no way for everybody": (
        lambda raw: raw["materials"]["person.photo"].update({"satisfied_by": [{"certificate": "resident_id"}]}),
        "materials.yaml: person.photo",
        "谁都能用",
    ),
    "an item that must be granted before itself": (add(SHOP, "materials", "business.licence"), "materials", "先办成"),
    # rules
    "a rule nobody can meet": (
        lambda raw: item(raw, OLD)["fits"]["all"].append(
            {"fact": "applicant.age", "less_than": 80, "say": "不到 80 周岁"}
        ),
        "fits",
        "永远不成立",
    ),
    "a rule everybody meets": (
        lambda raw: item(raw, OLD)["fits"].update(
            {
                "all": [
                    {
                        "any": [
                            {"fact": "applicant.elder_allowance", "is": yes, "say": "是否领取"} for yes in (True, False)
                        ]
                    }
                ]
            }
        ),
        "fits",
        "永远成立",
    ),
    "a question for nobody entitled": (
        add(OLD, "asks", {"fact": "applicant.marital", "when": {"fact": "applicant.age", "less_than": 60}}),
        "asks[11].when",
        "永远用不到",
    ),
    "instant rules nobody can meet together": (
        add(
            OLD,
            "instant",
            {"rule": "有监护人", "fact": "applicant.capacity", "trust": "D", "is": "limited", "say": "有监护人"},
        ),
        "instant",
        "没有一个人",
    ),
    "a not over a role that may be absent": (
        lambda raw: item(raw, HOME)["fits"]["all"].append(
            {"not": {"fact": "spouse.owns_home", "is": True}, "say": "配偶没有住房"}
        ),
        "fits",
        "known",
    ),
    "a condition without words": (lambda raw: item(raw, OLD)["fits"]["all"][0].pop("say"), "fits", "say"),
    # examples
    "no example that is granted": (lambda raw: item(raw, OLD)["examples"].pop(0), "examples", "granted"),
    "no example that is false": (lambda raw: item(raw, JOBLESS)["examples"].pop(1), "examples", "false"),
    "an example that does not hold": (
        lambda raw: item(raw, OLD)["examples"][0]["facts"].update({"applicant.birth_date": "1950-01-01"}),
        "examples[0]（八十二岁，户籍和人口库一致）",
        "undecided",
    ),
    "an example of a machine that trusts what was only said": (
        lambda raw: item(raw, OLD)["examples"][2].update({"expect": "granted"}),
        "examples[2]（人口库没有回答，由人来看）",
        "undecided",
    ),
    # the guide rules of DOMAIN.md 1.4, by their numbers
    "1: immediate, but later": (put(OLD, "limits", {"promised": 3}), "case_type", "即办件"),
    "2: a certificate that is a document": (
        lambda raw: item(raw, CARD)["result"].update({"kind": "document"}),
        "result.kind",
        "certificate",
    ),
    "2: no sample": (lambda raw: item(raw, CARD)["result"].update({"sample": ""}), "result.sample", "样子"),
    "3: a visit without reason": (put(OLD, "visits", {"count": 1}), "visits.reason", "说明原因"),
    "3: a reason without visit": (put(OLD, "visits", {"count": 0, "reason": "核对"}), "visits.reason", "不写原因"),
    "4: neither visit nor online nor mail": (put(OLD, "online", False), "mail", "邮寄"),
    "6: enquiry and complaint are one": (
        lambda raw: raw["offices"]["offices"]["hall"]["phones"].update({"complaint": "0898-12345110"}),
        "places",
        "一样",
    ),
    "6: a phone without area code": (
        lambda raw: raw["offices"]["departments"]["民政局"]["phones"].update({"enquiry": "65432101"}),
        "places",
        "区号",
    ),
    "7: hours without days": (
        lambda raw: raw["offices"]["offices"]["hall"].update({"opens": "8:30 至 12:00"}),
        "places",
        "哪些日子",
    ),
    "8: an address without floor": (
        lambda raw: raw["offices"]["offices"]["hall"].update({"address": "海口市龙华区"}),
        "places",
        "楼层",
    ),
    "9: a person's item on a firm's shelf": (put(OLD, "themes", ["养老优待", "年度核验"]), "themes", "没有“企业”"),
    "9: a firm's item without its shelf": (put(FOOD, "themes", ["证件办理"]), "themes", "“企业”"),
    "10: a permit without a question": (put(FOOD, "faq", []), "faq", "常见问题"),
    "11: steps longer than the promise": (
        lambda raw: item(raw, JOBLESS)["steps"][1].update({"workdays": 9}),
        "steps",
        "合计 11 天",
    ),
    "12: free, but to be paid online": (put(OLD, "fee", {"charged": False, "online": True}), "fee.online", "不收费"),
    "13: promised longer than the law allows": (
        lambda raw: item(raw, FOOD)["limits"].update({"promised": 30}),
        "limits.promised",
        "还长",
    ),
    "14: promised more than half": (
        lambda raw: item(raw, FOOD)["limits"].update({"promised": 15}),
        "limits.promised",
        "一半",
    ),
    "15: a vague material": (
        lambda raw: raw["materials"]["person.photo"].update({"label": "其他材料"}),
        "materials[1]",
        "其他",
    ),
    "5: all online, with a visit": (
        lambda raw: item(raw, OLD).update({"depth": 4, "visits": {"count": 1, "reason": "按指纹"}}),
        "visits.count",
        "1 次",
    ),
    "15: papers and the like": (
        lambda raw: raw["materials"]["person.photo"].update({"help": "身份证、户口簿等"}),
        "materials[1]",
        "等",
    ),
    "17: promised longer online than at the window": (
        lambda raw: item(raw, FOOD)["limits"].update({"hall": 8}),
        "limits.promised",
        "窗口的 8",
    ),
    "18: an abolished proof": (
        lambda raw: raw["materials"]["person.photo"].update({"label": "村（居）委会开的健在证明"}),
        "materials[1]",
        "已经取消",
    ),
    "16: an intermediary without law": (put(RENT, "intermediary", "房屋评估"), "intermediary", "法律依据"),
    # nothing invented
    "a law nobody has read": (
        put(OLD, "basis", [{"law": "海南省老年人条例", "article": "第三条", "says": "可以领"}]),
        "basis[0]",
        "海南省老年人条例",
    ),
    "a citation in the text": (put(OLD, "summary", "依照《某某办法》第五条发放"), "summary", "《某某办法》"),
    "a quotation without a law": (put(OLD, "basis", [{"says": "国家规定"}]), "basis[0]", "以主管部门公布为准"),
    "a mark of an author in a hurry": (put(OLD, "conditions", "年满 80 周岁（待核实）"), "conditions", "待核实"),
    "a limit founded on hearsay": (
        lambda raw: item(raw, JOBLESS)["limits"].update({"basis": "省里的规定"}),
        "limits.basis",
        "certain_laws",
    ),
    "no agent, no reason": (put(OLD, "agent", False), "agent_reason", "原因"),
}


@pytest.mark.parametrize("how", SPOILT)
def test_a_spoilt_city_is_found_out_where_it_was_spoilt(how: str):
    spoil, where, say = SPOILT[how]
    raw = starter()
    spoil(raw)
    found = faults_of(raw)
    assert any(fault.where.endswith(where) and say in fault.say for fault in found), [str(fault) for fault in found]


def test_everything_wrong_is_told_at_once():
    raw = starter()
    put(OLD, "department", "气象局")(raw)
    put(FOOD, "faq", [])(raw)
    put(CARD, "limits", {"promised": 3})(raw)
    assert {fault.where.split(".yaml")[0] for fault in faults_of(raw)} == {
        f"items/{name}" for name in (OLD, FOOD, CARD)
    }


def test_the_features_above_add_their_own_proofs(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(
        pack_check, "EXTRA_CHECKS", [lambda pack: [Fault("scenarios/x.yaml", f"{len(pack.scenarios)} 个")]]
    )
    assert [fault.where for fault in faults_of(starter())] == ["scenarios/x.yaml"]
