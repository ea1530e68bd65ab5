"""Five guides of the kinds that governments publish, made up here: abroad, help, leave, licences, points."""

import random
from typing import Any

import yaml

PLACES = [f"land_{number}" for number in range(200)]
NEAR, FAR, CLOSED = PLACES[:40], PLACES[40:150], PLACES[150:]

ABROAD = f"""
title: 在国外登记
show: first
rules:
  near: {{fact: where, in: {NEAR}}}
  closed: {{fact: where, in: {CLOSED}}}
  same_home: {{any: [{{all: [{{fact: lives, is: here}}, {{fact: partner, is: citizen}}]}}, {{all: [{{fact: lives, is: there}}, {{fact: partner, is: local}}]}}]}}
questions:
  - {{ask: where, choose: {PLACES}}}
  - {{ask: lives, choose: {{here: 国内, there: {{label: 那里, when: {{not: {{holds: closed}}}}}}, third: {{label: 第三国, help: 别的国家}}}}}}
  - {{ask: partner, choose: [citizen, local, other], when: {{not: {{holds: closed}}}}}}
  - {{ask: kind, choose: [civil, church], when: {{all: [{{holds: near}}, {{fact: lives, in: [here, there]}}, {{not: {{fact: partner, is: other}}}}]}}}}
  - {{ask: months, type: number, least: 0, most: 60, when: {{fact: lives, is: there}}}}
results:
  - {{id: closed, advice: 那里不能办, when: {{holds: closed}}}}
  - {{id: consulate, advice: 去领事馆, when: {{all: [{{holds: near}}, {{fact: kind, is: civil}}, {{holds: same_home}}]}}}}
  - {{id: church, advice: 先公证, when: {{fact: kind, is: church}}}}
  - {{id: resident, advice: 在当地办, when: {{all: [{{fact: lives, is: there}}, {{fact: months, at_least: 6}}]}}}}
  - {{id: wait, advice: 住满六个月再办, when: {{all: [{{fact: lives, is: there}}, {{fact: months, less_than: 6}}]}}}}
  - {{id: third, advice: 在第三国办, when: {{all: [{{fact: lives, is: third}}, {{not: {{fact: partner, is: local}}}}]}}}}
  - {{id: local, advice: 按当地规定, otherwise: yes}}
"""

LEAVE = """
title: 产假和津贴
derived:
  worked_weeks: {days_between: [started, due]}
  notice: {days_between: [told, leave]}
  own_age: {years_since: born}
questions:
  - {ask: born, type: date, most: today}
  - {ask: due, type: date, least: "2026-01-01"}
  - {ask: employed, type: yes_no}
  - {ask: started, type: date, when: {fact: employed, is: yes}, must: [{that: {compare: started, by: before, with: due, plus: -20}, say: 开始工作要早于预产期}]}
  - {ask: told, type: date, when: {fact: employed, is: yes}}
  - {ask: leave, type: date, when: {fact: employed, is: yes}, must: [{that: {not: {compare: leave, by: before, with: told}}, say: 休假不会早于告诉单位那天}]}
  - {ask: pay, type: money, when: {fact: employed, is: yes}}
  - {ask: bonus, type: money, when: {fact: pay, less_than: 150000}}
  - {ask: partner_pay, type: money}
results:
  - {id: leave, advice: 有产假, when: {all: [{fact: employed, is: yes}, {not: {compare: leave, by: before, with: due, plus: -77}}]}}
  - {id: early, advice: 休得太早, when: {compare: leave, by: before, with: due, plus: -77}}
  - {id: notice, advice: 要提前告诉单位, when: {fact: notice, less_than: 28}}
  - {id: statutory, advice: 有法定津贴, when: {all: [{fact: worked_weeks, at_least: 182}, {sum: [pay, bonus], at_least: 12300}]}}
  - {id: allowance, advice: 有补助, when: {all: [{not: {all: [{fact: worked_weeks, at_least: 182}, {sum: [pay, bonus], at_least: 12300}]}}, {fact: pay, known: yes}]}}
  - {id: family, advice: 家庭补贴, when: {sum: [{fact: pay, times: 2}, bonus, partner_pay], at_most: 300000}}
  - {id: richer, advice: 对方收入更高, when: {compare: partner_pay, by: more_than, with: pay}}
  - {id: young, advice: 年轻父母补贴, when: {fact: own_age, less_than: 1}}
  - {id: nothing, advice: 眼下没有, otherwise: yes}
"""

POINTS = """
title: 积分落户
order: written
rules:
  enough: {count: [{when: {fact: degree, is: doctor}, worth: 40}, {when: {fact: degree, is: master}, worth: 25}, {when: {fact: degree, is: bachelor}, worth: 15}, {when: {fact: years, at_least: 5}, worth: 20}, {when: {fact: years, at_least: 10}, worth: 10}, {when: {fact: fined, is: yes}, worth: -15}, {when: {fact: helps, includes: blood}, worth: 5}, {when: {fact: helps, includes: teach}, worth: 5}], at_least: 45}
questions:
  - {ask: degree, choose: [doctor, master, bachelor, school]}
  - {ask: years, type: years, least: 0, most: 30}
  - {ask: fined, type: yes_no}
  - {ask: helps, several: {blood: 献血, teach: 支教, fire: 消防}, none: nothing}
  - {ask: house, type: yes_no, when: {all: [{holds: enough}, {fact: fined, is: no}]}}
  - {ask: table, choose: [a, b, c], when: {any: [{all: [{fact: degree, is: school}, {fact: years, less_than: 5}]}, {all: [{fact: fined, is: yes}, {fact: helps, includes: fire}]}]}}
results:
  - {id: now, advice: 可以申请, when: {all: [{holds: enough}, {fact: house, is: yes}]}}
  - {id: house, advice: 先找住处, when: {fact: house, is: no}}
  - {id: later, advice: 分数不够, when: {not: {holds: enough}}}
  - {id: two, advice: 做了两样好事, when: {count: [{fact: helps, includes: blood}, {fact: helps, includes: teach}, {fact: helps, includes: fire}], at_least: 2}}
  - {id: ta, advice: 甲, when: {fact: table, is: a}}
  - {id: tb, advice: 乙, when: {fact: table, in: [b, c]}}
  - {id: none, advice: 没做好事, when: {fact: helps, includes: nothing}}
"""


def help_finder() -> dict[str, Any]:
    """90 results with one condition each over 14 questions; six of these are shown only after others."""
    dice = random.Random(90)
    questions: list[dict[str, Any]] = []
    for at in range(14):
        shapes = (
            {"choose": ["a", "b", "c", "d"]}, {"type": "yes_no"}, {"type": "number", "least": 0, "most": 100},
            {"several": {f"s{i}": f"第{i}样" for i in range(6)}, "none": "none"},
        )  # fmt: skip
        question = {"ask": f"q{at}", **shapes[at % 4]}
        if at in (5, 7, 9, 10, 12, 13):
            question["when"] = _leaf(dice, at - 4)
        questions.append(question)
    results = [{"id": f"r{at}", "advice": f"补助{at}", "when": _rule(dice)} for at in range(90)]
    return {"title": "能领什么", "questions": questions, "results": results}


def _rule(dice: random.Random) -> dict[str, Any]:
    one, two, three = (_leaf(dice, at) for at in dice.sample(range(14), 3))
    return dice.choice([one, {"all": [one, two]}, {"any": [one, {"all": [two, three]}]}, {"all": [one, {"not": two}]}])


def _leaf(dice: random.Random, at: int) -> dict[str, Any]:
    fact = f"q{at}"
    if at % 4 == 0:
        return {"fact": fact, "in": dice.sample(["a", "b", "c", "d"], 2)}
    if at % 4 == 1:
        return {"fact": fact, "is": dice.random() < 0.5}
    if at % 4 == 2:
        return {"fact": fact, dice.choice(["at_least", "at_most", "more_than", "less_than"]): dice.randrange(100)}
    return {"fact": fact, "includes": dice.choice(["none", *(f"s{i}" for i in range(6))])}


def licences() -> dict[str, Any]:
    """Sectors, then activities offered by sector, then places: 20 licences by what was ticked."""
    sectors = {f"sector_{s}": f"行业{s}" for s in range(4)}
    activities = {
        f"act_{s}_{a}": {"label": f"活动{s}{a}", "when": {"fact": "sectors", "includes": f"sector_{s}"}}
        for s in range(4)
        for a in range(5)
    }
    results = [
        {"id": f"licence_{s}_{a}", "advice": f"许可{s}{a}", "when": {"all": [
            {"fact": "does", "includes": f"act_{s}_{a}"}, {"fact": "town", "in": [["n"], ["n", "s"], ["s", "w"]][a % 3]}]}}
        for s in range(4) for a in range(5)
    ]  # fmt: skip
    return {
        "title": "要办哪些许可",
        "questions": [
            {"ask": "sectors", "several": sectors},
            {"ask": "does", "several": activities},
            {"ask": "town", "choose": {"n": "北", "s": "南", "w": "西"}, "force": True},
            {"ask": "staff", "type": "number", "least": 0, "most": 50},
        ],
        "results": [
            *results,
            {"id": "insurance", "advice": "雇主保险", "when": {"fact": "staff", "more_than": 0}},
            {
                "id": "large",
                "advice": "大单位",
                "when": {"all": [{"fact": "staff", "at_least": 20}, {"fact": "town", "is_not": "w"}]},
            },
            {"id": "nothing", "advice": "不用办", "otherwise": True},
        ],
    }


GUIDES: dict[str, dict[str, Any]] = {
    "abroad": yaml.safe_load(ABROAD),
    "leave": yaml.safe_load(LEAVE),
    "points": yaml.safe_load(POINTS),
    "help": help_finder(),
    "licences": licences(),
}
