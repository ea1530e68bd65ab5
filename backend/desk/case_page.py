"""A case as an officer works on it: everything the page shows, loaded through what she may see."""

from typing import Any
from uuid import UUID

from litestar import Request, Response

from backend.accounts.levels import LABELS
from backend.approval.messages import CAUSES, FILED, FOUND, sources_of
from backend.approval.queries import decision_on, rechecks_on
from backend.approval.silence import silences
from backend.cases import joint_messages
from backend.cases.issued import issued_on
from backend.cases.model import Case, Event
from backend.cases.queries import all_facts, events_of, roles_in
from backend.cases.queries_joint import together
from backend.cases.rules import GROUNDS, RECEIVERS, too_late_or_again
from backend.cases.states import MOVES, Move, Who, moves_from
from backend.cases.when import due_words_of
from backend.catalogue.queries import city
from backend.core.db import Tx
from backend.core.errors import Problem
from backend.core.i18n import _
from backend.core.web import Form, page
from backend.desk.changes import corrected_at
from backend.desk.colleagues import colleagues
from backend.desk.decisions import DECIDES, DRAFTS, OUTCOMES, drafts_on, open_one
from backend.desk.filters import read_filter
from backend.desk.looking import opened_today
from backend.desk.model import DESK_LABELS
from backend.desk.moving import decides, needs_two
from backend.desk.notes import notes_on
from backend.desk.queries import applicant_of, changed_in, filed_in, files_ever, materials_in
from backend.desk.queue import next_in_queue
from backend.desk.signing import known_and_signed
from backend.desk.sources import TRUST, used_in
from backend.desk.texts import texts_for

EVENT_WORDS = (
    {name: made.says for name, made in MOVES.items()}
    | {
        "looked": _("看了完整的号码和地址"),
        "looked_at_file": _("打开了一份材料"),
        "assigned": _("换了办理的人"),
        "noted": _("写了内部备注"),
        "decision_proposed": _("提出了办理意见"),
        "decision_sent_back": _("退回了办理意见"),
        "date_changed": _("期限重新算过"),
        "warned_yellow": _("快到期了"),
        "warned_red": _("超期了"),
        "look_asked": _("申请人请人工再看一遍"),
        "look_answered": _("复核了"),
        "registers_asked": _("又问了一次登记库"),
        "source_doubted": _("因为数据来源有错，重新核对"),
        "pledge_kept": _("核对承诺：属实"),
        "pledge_broken": _("核对承诺：不属实"),
        "pledge_objection_answered": _("答复了对承诺的异议"),
    }
    | joint_messages.TITLES
    | joint_messages.DESK
)
DONE = {
    "moved": _("办好了，申请人会收到消息。"),
    "assigned": _("已经交过去了。"),
    "noted": _("备注写好了，只有办件的人看得到。"),
    "drafted": _("意见存好了，还没有提出。"),
    "proposed": _("意见提出了，等另一位来定。"),
    "approve": _("定好了，申请人会收到消息。"),
    "send_back": _("退回去了。"),
    "drop": _("意见收回了。"),
    "asked": _("正在问登记库，几秒到几分钟后，新的结果写在这一页上。"),
}
EXAMINING = {"reviewer", "approver", "head", "supervisor", "auditor"}


async def case_page(
    request: Request, tx: Tx, case: Case, form: Form, problems: list[Problem], *, status: int = 200, masked: bool = True
) -> Response[str]:
    asked, events = request.query_params, await events_of(tx.db, case.id)
    roles = await roles_in(tx.db, tx.viewer.id, case.department_id)
    wanted = read_filter(asked)
    level, signed = await known_and_signed(tx, case)
    context: dict[str, Any] = {
        "case": case, "form": form, "problems": problems, "masked": masked, "label": DESK_LABELS[case.state], "level": LABELS[level], "signed": signed,
        "names": await applicant_of(tx, case), "events": events[::-1], "due": await due_words_of(tx, case, events), "grounds": GROUNDS, "receivers": RECEIVERS,
        "words": EVENT_WORDS, "done": DONE.get("moved" if asked.get("moved") else asked.get("done", "")), "wanted": wanted,
        "following": await next_in_queue(tx, case, wanted), "people": {one.id: one.name for one in await colleagues(tx, case.department_id)},
        "at_window": any(e.data.get("assisted") == "window" for e in events), "me": tx.viewer.id, "works": bool(roles & {"window", "reviewer", "approver", "head"}),
    }  # fmt: skip
    context |= await _filed(tx, case, events, masked=masked)
    context |= await _examined(tx, case, roles)
    context |= await _moves(tx, case, events, roles)
    context |= await _decided(tx, case, examines=context["examines"])
    context |= await _viewer(tx, case, asked.get("file", ""))
    context["issued"] = await issued_on(tx.db, case.id)
    context["together"] = others = await together(tx.db, case)
    context["moves"] = [one for one in context["moves"] if others is None or not others.holds_back(one.name)]
    context["meanwhile"] = meanwhile(events, form.text("version")) if status == 409 else []
    return page(request, tx, "desk/case.html", status=status, **context)


async def _decided(tx: Tx, case: Case, *, examines: bool) -> dict[str, Any]:
    """What the machine found, why it could not tell something, and who looks at it again."""
    examined = await decision_on(tx.db, case.id)
    silent = await silences(tx, case, examined.finding) if examined and examines else {}
    sources = sources_of((await city(tx.db)).pack) | {"": FILED}
    return {
        "examined": examined, "silent": silent, "ask_again": not case.decided_at and any(one.again for said in silent.values() for one in said),
        "sources": sources, "rechecks": await rechecks_on(tx, case.id),
        "causes": CAUSES, "found": FOUND,
    }  # fmt: skip


async def _filed(tx: Tx, case: Case, events: list[Event], *, masked: bool) -> dict[str, Any]:
    """The form, the materials, and what a correction changed."""
    facts, since = await all_facts(tx, case), corrected_at(events)
    materials = await materials_in(tx, case)
    changed, again = await changed_in(tx, case, facts, since, masked=masked) if since else ([], [])
    return {
        "facts": await filed_in(tx, case, facts, masked=masked), "materials": materials, "changed": changed, "again": again,
        "material_names": {m.material: m.label for m in materials}, "used": await used_in(tx, case), "trusts": TRUST,
    }  # fmt: skip


async def _examined(tx: Tx, case: Case, roles: frozenset[str]) -> dict[str, Any]:
    """What the examination found and thinks: not for who only receives and hands out."""
    if not roles & EXAMINING:
        return {"examines": False, "notes": [n for n in await notes_on(tx, case) if n.kind == "hand_over"], "drafts": [], "draft": None, "two": False}  # fmt: skip
    drafts = await drafts_on(tx, case)
    return {
        "examines": True, "notes": await notes_on(tx, case), "drafts": drafts, "draft": open_one(drafts), "outcomes": OUTCOMES,
        "two": await needs_two(tx, case), "may_draft": bool(roles & DRAFTS), "may_decide": bool(roles & DECIDES),
    }  # fmt: skip


async def _moves(tx: Tx, case: Case, events: list[Event], roles: frozenset[str]) -> dict[str, Any]:
    """What she may do now, without what has been done already or comes too late."""
    found = [
        m for m in moves_from(case.state, frozenset(w for w in Who if w.value in roles)) if _fits(m, case, events, tx)
    ]
    if await needs_two(tx, case):
        found = [m for m in found if not decides(m.name)]
    return {"moves": found, "texts": await texts_for(tx, case.department_id, case.item_code)}


def _fits(move: Move, case: Case, events: list[Event], tx: Tx) -> bool:
    again = move.name == "correction_asked_again" and not any(e.kind == "correction_asked" for e in events)
    return not again and not too_late_or_again(move, events, case.due, tx.today)


async def _viewer(tx: Tx, case: Case, asked: str) -> dict[str, Any]:
    """The file in the viewer, if she opened it today, and which ones need no second tap."""
    opened, files = await opened_today(tx, case), await files_ever(tx, case)
    try:
        wanted: UUID | None = UUID(asked)
    except ValueError:
        wanted = None
    file = next((f for f in files if f.file_id == wanted and f.file_id in opened), None)
    return {"opened": opened, "file": file}


def meanwhile(events: list[Event], version: str) -> list[Event]:
    """What happened to the case since the page she worked on, as its version says, oldest first."""
    seen = next((n for n, e in enumerate(events) if str(e.data.get("version")) == version), None)
    return [] if seen is None else [e for e in events[seen + 1 :] if e.kind in EVENT_WORDS]
