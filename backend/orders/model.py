"""An order: what one tap filed, and what became of each thing in it."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec

from backend.cases.states import Clock, Public, State, public_state


class Filing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the person sends: the cart as she reviewed it, and that she stands by what is in it (`agree`).

    Another version of the cart is another decision. The review page's form posts `cart`, `version`, `agree`, and `key`,
    made when the page was rendered. `sensitive`: the hash of the words about sensitive personal information, which she
    agrees to now; asked only while that consent is not in force. `use`: the hash of the words about the certificates and
    registers this filing uses; asked of every filing that uses any. `lines`: only these, the others stay in the cart; none
    named: everything.
    """

    cart: UUID
    version: int
    agree: bool
    sensitive: str = ""
    use: str = ""
    lines: tuple[UUID, ...] = ()

    @property
    def sent(self) -> dict[str, Any]:
        """What a replay must repeat. A choice of lines and a use are part of it only where there is one: keys are older."""
        body = msgspec.to_builtins(self)
        return {name: value for name, value in body.items() if value or name not in ("lines", "use")}


class Saved(msgspec.Struct, frozen=True):
    """Each pair: what it took here, what separate filings would have taken."""

    questions: tuple[int, int] = (0, 0)
    materials: tuple[int, int] = (0, 0)
    trips: tuple[int, int] = (0, 0)

    @property
    def spared(self) -> tuple[int, int, int]:
        """Questions, materials and trips not needed."""
        questions, materials, trips = (max(0, whole - asked) for asked, whole in self._pairs())
        return questions, materials, trips

    def _pairs(self) -> tuple[tuple[int, int], ...]:
        return self.questions, self.materials, self.trips


class OrderedCase(msgspec.Struct, frozen=True, kw_only=True):
    """One case of an order as it stands now. `why`: the machine's rules in words, where they were all clearly true. `asking`:
    a register that had not answered is being asked, or will be again (approval/again.py)."""

    number: str
    item_code: str
    item_name: str
    result: str
    department_name: str
    state: State
    received_at: datetime
    decided_at: datetime | None
    due: date | None
    due_clock: Clock | None
    due_provisional: bool
    promised: int
    promised_unit: str
    granted_by_machine: bool
    asking: bool = False
    rules: Any = None
    certificate: UUID | None = None

    @property
    def public(self) -> Public:
        return public_state(self.state)

    @property
    def why(self) -> list[str]:
        return [rule["words"] for rule in self.rules["rules"]] if self.rules and self.granted_by_machine else []


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """An order as the viewer may see it: under a mandate for some matters only, only those cases."""

    id: UUID
    number: str
    principal_id: UUID
    actor_id: UUID
    filed_at: datetime
    saved: Saved
    cases: tuple[OrderedCase, ...] = ()

    @property
    def granted(self) -> tuple[OrderedCase, ...]:
        """Granted in the filing itself."""
        return tuple(case for case in self.cases if case.granted_by_machine)

    @property
    def asking(self) -> tuple[OrderedCase, ...]:
        """What the machine may still grant, once a register has answered."""
        return tuple(case for case in self.cases if case.asking and case.state is State.SUBMITTED)

    @property
    def under_way(self) -> tuple[OrderedCase, ...]:
        return tuple(case for case in self.cases if not case.granted_by_machine)

    @property
    def needs_you(self) -> tuple[OrderedCase, ...]:
        return tuple(case for case in self.under_way if case.public is Public.NEEDS_YOU)

    @property
    def open(self) -> tuple[OrderedCase, ...]:
        """With a department, or waiting for another case of the order."""
        return tuple(case for case in self.under_way if case.public in (Public.FILED, Public.WORKING))

    @property
    def ended(self) -> tuple[OrderedCase, ...]:
        """Decided or taken back since."""
        return tuple(case for case in self.under_way if case.public is Public.DONE)


class CaseReceipt(msgspec.Struct, frozen=True, kw_only=True):
    number: str
    item_code: str
    item_name: str
    department: str
    state: State
    due: date | None
    why: list[str]


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to a filing, kept with its key: a replay gets the very same."""

    number: str
    filed_at: datetime
    saved: Saved
    cases: list[CaseReceipt]
