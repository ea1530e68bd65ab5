"""What of a pack is sensitive personal information (PIPL art. 28): said of each element and material, and held by the check."""

import msgspec

from backend.catalogue.pack_names import vocabulary_faults
from backend.catalogue.pack_read import read_pack

PACK = read_pack()
# Whole topics of which nothing is left out but what says nothing of a person's body.
HEALTH = {"健康", "残疾", "医疗费", "生育"}
HARMLESS = {"filing.partner_name"}


def test_every_question_about_health_says_so():
    asked = {code for code, e in PACK.elements.items() if e.topic in HEALTH} - HARMLESS
    assert asked
    assert {code for code in asked if PACK.elements[code].special != "health"} == set()


def test_numbers_accounts_income_journeys_and_children_are_named():
    kinds = {
        "person.id_number": "identity",
        "bank_account.bank_card": "finance",
        "person.family_income": "finance",
        "filing.hk_place": "whereabouts",
        "person.born_on": "child",
        "filing.chronic_kind": "health",
        "person.capacity": "health",
    }
    assert {code: PACK.elements[code].special for code in kinds} == kinds
    assert PACK.materials["filing.medical_record"].special == "health"
    assert PACK.materials["bank_account.card_copy"].special == "finance"


def test_a_secret_that_does_not_say_of_which_kind_is_a_fault():
    card = msgspec.structs.replace(PACK.elements["bank_account.bank_card"], special=None)
    broken = msgspec.structs.replace(PACK, elements=PACK.elements | {card.code: card})
    said = {fault.where for fault in vocabulary_faults(broken)}
    assert "elements.yaml: bank_account.bank_card" in said
    assert "elements.yaml: bank_account.bank_card" not in {fault.where for fault in vocabulary_faults(PACK)}
