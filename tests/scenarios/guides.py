"""Small guides written as an author would, for the engine's tests."""

from typing import Any

import yaml

from backend.core.conditions import Meaning, decode
from backend.scenarios.model import ElementWords, ItemRule, Scenario, Vocabulary
from backend.scenarios.scenario_read import read_scenario

FITS = {
    "all": [
        {"fact": "applicant.age", "at_least": 80, "say": "年满 80 周岁"},
        {"fact": "applicant.household", "within": "460100", "say": "户籍在海口"},
        {"not": {"fact": "applicant.elder_allowance", "is": True}, "say": "没有重复领取"},
    ]
}
TOWN = Vocabulary(
    items={
        "长寿补贴": ItemRule(decode(FITS), {"applicant": ("person", False), "payee": ("bank_account", False)}),
        "优待证": ItemRule(decode({"fact": "applicant.age", "at_least": 60}), {"applicant": ("person", False)}),
    },
    elements={
        "person.age": ElementWords("years", public=True),
        "person.birth_date": ElementWords("date"),
        "person.household": ElementWords("region", public=True),
        "person.elder_allowance": ElementWords("yes_no", public=True),
        "person.income": ElementWords("money", public=True, least=0),
    },
    meanings={"person.age": Meaning(whole=True, derived="years_since", of=("person.birth_date",), asked=False)},
)
ELDER = """
title: 家里老人满八十
parties: {elder: person}
questions:
  - {ask: elder.age, text: 老人多大年纪了？, bands: [不到60, 60–78, 79, 80–89, 90–99, 100以上]}
  - {ask: elder.household, text: 户口在哪里？, choose: {"460100": 海口市, "460000": 海南其他市县, elsewhere: 外省}}
  - {ask: elder.elder_allowance, text: 在领高龄津贴吗？}
  - {ask: care, text: 平时谁照顾？, choose: [自己, 家人, 养老院]}
results:
  - {item: 长寿补贴, bind: {applicant: elder}}
  - {item: 优待证, bind: {applicant: elder}}
  - {advice: 可以申请护理补贴, id: nursing, when: {all: [{fact: elder.age, at_least: 80}, {fact: care, in: [家人, 养老院]}]}}
  - {advice: 明年就可以了, id: next_year, when: {fact: elder.age, is: 79}}
"""


def guide(text: str, pack: Vocabulary = TOWN) -> Scenario:
    return read_scenario("guide", yaml.safe_load(text), pack)


def alone(**parts: Any) -> Scenario:
    """A guide without a pack: facts of its own, advice as results."""
    return read_scenario("alone", {"title": "试一试", **parts}, Vocabulary())
