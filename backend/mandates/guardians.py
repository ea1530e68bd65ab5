"""Parents act for their children (Civil Code art. 27): the register of births says who they are; it ends with the eighteenth birthday.

Before the fourteenth birthday the parent also agrees to what is done with the child's data (PIPL art. 31). Guardians whom a
court named, of adults too, come to a counter with their paper (`counter.py`).
"""

from datetime import date, timedelta
from hashlib import sha256
from uuid import UUID

import msgspec

from backend.accounts import consents
from backend.accounts.model import NewAccount
from backend.core.codes import CodeError, ResidentId, read_resident_id
from backend.core.db import Tx
from backend.core.errors import Invalid, Problem
from backend.core.i18n import _
from backend.mandates.actions import insert_mandate, own_affairs, spelled
from backend.mandates.ages import OF_AGE, OWN_CONSENT, birthday
from backend.mandates.journal import note
from backend.mandates.model import NewMandate
from backend.mandates.people import NOT_SAME, looking_as, open_with
from backend.mandates.requests import DAY, within
from backend.registers.queries import facts_about

MOST_TRIES = 10  # a day
PARENTS = ("person.mother_number", "person.father_number")
NOT_KNOWN_AS_PARENT = _("出生登记里查不到您是这个孩子的父母。请带户口簿或出生证明，到窗口登记。")
NOT_SEEN = _("要先核实您本人的身份：用统一身份认证，或带身份证到窗口核对一次。")
WORDS = (
    "本人%(parent)s是%(child)s（证件号码尾号%(tail)s）的父亲或母亲，以出生登记为准。到%(child)s满十八周岁前一天（%(to)s）为止，"
    "本人作为监护人，按最有利于孩子的原则，替孩子在随手办上办事。"
)
CHILDS_DATA = "孩子不满十四周岁，本人同意随手办为办理这些事处理孩子的个人信息，只用于办事。随时可以在孩子的「同意」页撤回，或打 12345；到孩子满十四周岁那天，改由孩子自己同意。"

CHILD_AGREES = "孩子已满十四周岁，个人信息怎么用由孩子自己同意，本人不代替。"


class Child(msgspec.Struct, frozen=True):
    """As the parent typed it, and as it can be read."""

    name: str
    card: ResidentId

    @property
    def grown_up_on(self) -> date:
        return birthday(self.card.birth, OF_AGE)

    @property
    def own_consent_on(self) -> date:
        return birthday(self.card.birth, OWN_CONSENT)


async def agree_to(tx: Tx, name: str, number: str) -> tuple[str, list[consents.Purpose]]:
    """The words for this child, once the register says whose it is, and what is agreed to for it besides; Invalid with every problem at once."""
    child = await _child(tx, name, number)
    return _words(tx, child), _agreed_for(tx, child)


def _agreed_for(tx: Tx, child: Child) -> list[consents.Purpose]:
    """Who is fourteen agrees herself."""
    return [consents.PLATFORM, consents.SENSITIVE] if child.own_consent_on > tx.today else []


async def take_charge(tx: Tx, name: str, number: str, language: str) -> UUID:
    """The parent agrees: the child's account, opened now if there is none, and the guardianship."""
    child = await _child(tx, name, number)
    account = await _account(tx, child)
    words = _words(tx, child)
    new = NewMandate(
        principal_id=account, agent_id=tx.viewer.id, kind="guardian", via="register", items=None, consent=words,
        valid_to=child.grown_up_on - timedelta(days=1), own_consent_on=child.own_consent_on,
    )  # fmt: skip
    async with looking_as(tx, account):
        await insert_mandate(tx, new)
    await note(tx, new.id, "granted", {"via": "register", "words": sha256(words.encode()).hexdigest()})
    for purpose in _agreed_for(tx, child):
        await consents.keep(tx, account, purpose, language, by=tx.viewer.id, mandate=new.id)
    return new.id


async def _child(tx: Tx, name: str, number: str) -> Child:
    own_affairs(tx)
    problems = [] if name else [Problem(_("请写上孩子的姓名。"), "child_name")]
    try:
        card = read_resident_id(number, tx.today)
    except CodeError as error:
        raise Invalid(*problems, Problem(str(error), "child_number")) from error
    if birthday(card.birth, OF_AGE) <= tx.today:
        problems.append(Problem(_("已经满 18 周岁，请本人授权给您。"), "child_number"))
    if not problems:
        await within(tx, "child", str(tx.viewer.id), DAY, MOST_TRIES)
        problems = await _unproved(tx, name, card)
    if problems:
        raise Invalid(*problems)
    return Child(name, card)


async def _unproved(tx: Tx, name: str, card: ResidentId) -> list[Problem]:
    """What the registers do not bear out. A parent must be known by her own card: a number that is only typed proves nothing."""
    own = await tx.db.fetchval("SELECT blind FROM id_numbers WHERE account_id = $1", tx.viewer.id)
    if own is None:
        return [Problem(NOT_SEEN, "child_number")]
    said = {
        f.element: f.value for f in (await facts_about(tx, [card.text]))[card.text] if f.source == "register.births"
    }
    parents = [tx.vault.blind(said[one], "identity") for one in PARENTS if said.get(one)]
    if own not in parents or said.get("person.name") != name:
        return [Problem(NOT_KNOWN_AS_PARENT, "child_number")]
    if await _has_charge(tx, card.text):
        return [Problem(_("这个孩子已经登记在您名下，请在「为谁办」里换人。"), "child_number")]
    return []


async def _has_charge(tx: Tx, number: str) -> bool:
    return await tx.db.fetchval(
        """SELECT EXISTS (SELECT 1 FROM account_by_number($1) c JOIN mandates m ON m.principal_id = c.id
                          WHERE m.agent_id = $2 AND m.kind = 'guardian' AND m.ended_at IS NULL)""",
        tx.vault.blind(number, "identity"),
        tx.viewer.id,
    )


async def _account(tx: Tx, child: Child) -> UUID:
    number = child.card.text
    row = await tx.db.fetchrow(
        "SELECT id, name_sealed, key_wrapped FROM account_by_number($1)", tx.vault.blind(number, "identity")
    )
    if row is None:
        facts = {"person.name": child.name, "person.id_number": number}
        account, _wrapped = await open_with(tx, NewAccount(kind="person", name=child.name), number, facts, None)
        return account
    if tx.vault.key(row["key_wrapped"]).open(row["name_sealed"], f"name:{row['id']}").decode() != child.name:
        raise Invalid(Problem(NOT_SAME, "child_number"))
    return row["id"]


def _words(tx: Tx, child: Child) -> str:
    words = WORDS % {
        "parent": tx.viewer.name,
        "child": child.name,
        "tail": child.card.text[-4:],
        "to": spelled(child.grown_up_on - timedelta(days=1)),
    }
    return words + (CHILDS_DATA if child.own_consent_on > tx.today else CHILD_AGREES)
