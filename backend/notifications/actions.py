"""Writing notices, reading them, and keeping the addresses of browsers."""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID, uuid4

import msgspec

from backend.accounts.consents import PUSH, agreed
from backend.cases.states import Notice
from backend.core.db import Tx
from backend.core.errors import Conflict, Invalid, NotAllowed, NotFound, Problem
from backend.core.events import record
from backend.core.i18n import _
from backend.notifications.endpoints import REFUSED, allowed
from backend.notifications.messages import FILED_TOGETHER, loudness
from backend.notifications.model import Channel, Happening, NewNotice, Sending, Wishes, Words
from backend.notifications.queries import channels_tried, corrections_due, who_should_know
from backend.notifications.quiet import NO_NIGHT, Night, until_morning
from backend.notifications.rules import channels, matter, must_reach, next_channel, urgent
from backend.notifications.vapid import keys_fit
from backend.notifications.wishes import wishes_of

# A mail waits a moment: what is filed, accepted and granted in one second is one mail.
WAITS = {Channel.EMAIL: timedelta(seconds=15)}
AWAKENS = frozenset({Channel.PUSH, Channel.EMAIL, Channel.SMS})  # a letter wakes nobody
MOST_DEVICES = 10
REMINDED_BEFORE = timedelta(days=3)


async def tell(tx: Tx, events: list[int], open_channels: frozenset[Channel], night: Night = NO_NIGHT) -> int:
    """One row for each event, person and channel, however often it is called; inbox rows are sent with it. Returns how many are new.

    `night`: when those who chose no hours of their own are not knocked up; what is urgent knocks all the same."""
    await _one_at_a_time(tx, events)
    told = await who_should_know(tx.db, events, tx.today)
    wishes = await wishes_of(tx, {happening.person_id for happening in told}, night)
    rows = [notice for one in told for notice in _notices(one, open_channels, wishes[one.person_id], tx)]
    stored = await _store(tx, rows)
    await _supersede(tx, [row for row in rows if row.id in stored])
    return len(stored)


async def tell_otherwise(
    tx: Tx, failed: list[tuple[int, UUID]], open_channels: frozenset[Channel], night: Night = NO_NIGHT
) -> int:
    """What must reach somebody and failed for good on all its channels goes out on another one. Returns how many do."""
    tried = await channels_tried(tx.db, failed) if failed else {}
    if not tried:
        return 0
    told = await who_should_know(tx.db, [event for event, _ in tried], tx.today)
    left = [one for one in told if (one.event_id, one.person_id) in tried]
    wishes = await wishes_of(tx, {one.person_id for one in left}, night)
    others = ((one, next_channel(one, tried[one.event_id, one.person_id], open_channels)) for one in left)
    rows = [_notice(one, other, _waits(one, wishes[one.person_id], tx)) for one, other in others if other]
    return len(await _store(tx, rows))


def _notices(told: Happening, open_channels: frozenset[Channel], wishes: Wishes, tx: Tx) -> Iterable[NewNotice]:
    wait = _waits(told, wishes, tx)
    return (_notice(told, channel, wait) for channel in channels(told, open_channels, wishes))


def _waits(told: Happening, wishes: Wishes, tx: Tx) -> timedelta:
    return timedelta(0) if urgent(told, tx.today) else until_morning(tx.now, wishes.night)


def _notice(told: Happening, channel: Channel, night: timedelta) -> NewNotice:
    inbox = channel is Channel.INBOX
    for_all = told.together and not inbox  # about the order: what happens in one of its cases does not answer it
    sleeps = night if channel in AWAKENS else timedelta(0)
    return NewNotice(
        id=uuid4(),
        event_id=told.event_id,
        person_id=told.person_id,
        channel=channel,
        case_id=None if for_all else told.case_id,
        state=Sending.SENT if inbox else Sending.QUEUED,
        words=_words_of_order(told) if for_all else words_of(told),
        needs_you=loudness(told.kind) is Notice.NEEDS_YOU,
        matter=matter(told),
        must=inbox and must_reach(told),
        lane=told.department_id or "",
        due_after=max(sleeps, WAITS.get(channel, timedelta(0))).total_seconds(),
    )


def words_of(told: Happening) -> Words:
    """Of what the event says only what a notice needs; an officer's own words stay on the page of the case."""
    kept = {
        name: told.data[name]
        for name in ("authority", "due", "clock", "provisional", "page", "counts")
        if told.data.get(name)
    }
    return msgspec.convert(
        {**kept, "kind": told.kind, "item": told.item or told.data.get("item", ""), "number": told.number or ""}, Words
    )


def _words_of_order(told: Happening) -> Words:
    return Words(kind=FILED_TOGETHER, items=list(told.names or ()), page=f"/orders/{told.order_number}")


async def _store(tx: Tx, rows: list[NewNotice]) -> set[UUID]:
    stored = await tx.db.fetch(
        """INSERT INTO notices (id, event_id, person_id, channel, case_id, state, words, needs_you, matter, must, lane, due_after,
               next_at, created_at, sent_at)
           SELECT n.id, n.event_id, n.person_id, n.channel, n.case_id, n.state, n.words, n.needs_you, n.matter, n.must, n.lane,
                  make_interval(secs => n.due_after),
                  CASE WHEN n.due_after > 60 THEN $2::timestamptz ELSE now() END + make_interval(secs => n.due_after), $2,
                  CASE WHEN n.state = 'sent' THEN $2::timestamptz END
           FROM jsonb_to_recordset($1) AS n(id uuid, event_id bigint, person_id uuid, channel text, case_id uuid, state text,
                words jsonb, needs_you boolean, matter text, must boolean, lane text, due_after float8)
           ON CONFLICT (event_id, person_id, channel) DO NOTHING RETURNING id""",
        msgspec.to_builtins(rows),
        tx.now,
    )
    return {row["id"] for row in stored}


async def _supersede(tx: Tx, rows: list[NewNotice]) -> None:
    """Whatever happens next in a case answers what was asked of her before; and one mail tells it, not three in a second."""
    told = {(str(row.case_id), str(row.person_id)) for row in rows if row.case_id}
    await tx.db.execute(
        """UPDATE notices n SET needs_you = n.needs_you AND n.channel <> 'inbox',
                  state = CASE WHEN n.channel = 'email' THEN 'merged' ELSE n.state END
           FROM jsonb_to_recordset($1) AS told(case_id uuid, person_id uuid)
           WHERE n.case_id = told.case_id AND n.person_id = told.person_id
             AND ((n.needs_you AND n.channel = 'inbox') OR (n.channel = 'email' AND n.state IN ('queued', 'retry')))
             AND EXISTS (SELECT 1 FROM notices x WHERE x.case_id = n.case_id AND x.person_id = n.person_id
                         AND x.channel = n.channel AND x.event_id > n.event_id)""",
        [{"case_id": case, "person_id": person} for case, person in told],
    )


async def _one_at_a_time(tx: Tx, events: list[int]) -> None:
    """Two events of one case may be told at once, the later one first: each must see what the other wrote."""
    await tx.db.execute(
        """SELECT pg_advisory_xact_lock(hashtextextended(case_id::text, 0)) FROM (
               SELECT DISTINCT case_id FROM events WHERE id = ANY($1) AND case_id IS NOT NULL ORDER BY case_id) AS told""",
        events,
    )


async def remind(tx: Tx) -> int:
    """Whoever was asked for something and has three days left or fewer is reminded, once for each time she was asked."""
    soon = await corrections_due(tx, REMINDED_BEFORE)
    await record(tx, soon)
    return len(soon)


async def read(tx: Tx, notice: UUID) -> None:
    """The viewer has read it; NotFound for anybody else's. A second time changes nothing."""
    found = await tx.db.fetchval(
        """UPDATE notices SET read_at = coalesce(read_at, $3)
           WHERE id = $1 AND person_id = (SELECT inbox_on_screen($2)) AND channel = 'inbox' RETURNING true""",
        notice,
        tx.viewer.principal_id,
        tx.now,
    )
    if found is None:
        raise NotFound()


async def read_all(tx: Tx) -> None:
    await tx.db.execute(
        "UPDATE notices SET read_at = $2 WHERE person_id = (SELECT inbox_on_screen($1)) AND channel = 'inbox' AND read_at IS NULL",
        tx.viewer.principal_id,
        tx.now,
    )


async def subscribe(tx: Tx, endpoint: str, p256dh: str, auth: str, listed: tuple[str, ...]) -> None:
    """Keeps where this browser takes pushes, for whoever is signed in on it now; Invalid when we would not call there.

    Only with her consent: most push services are abroad, and each learns that this browser takes messages of ours.
    """
    if not await agreed(tx, tx.viewer.id, PUSH):
        raise NotAllowed(_("手机提醒要您先同意。请看一遍说明。"), next_step="/me/consents#push", next_say=_("去看说明"))
    problems = [] if allowed(endpoint, listed) else [Problem(REFUSED, "endpoint")]
    if not keys_fit(p256dh, auth):
        problems.append(Problem(_("浏览器给的提醒钥匙不对。请关掉提醒再打开一次。"), "keys"))
    if problems:
        raise Invalid(*problems)
    if not await tx.db.fetchval("SELECT take_over_push($1, $2)", endpoint, auth):
        raise Conflict(_("这个提醒地址已经有人在用。请关掉提醒再打开一次。"))
    await _keep(tx, endpoint, p256dh, auth)


async def _keep(tx: Tx, endpoint: str, p256dh: str, auth: str) -> None:
    """The newest ten browsers of a person; a subscription sent twice is one."""
    await tx.db.execute("DELETE FROM push_subscriptions WHERE endpoint = $1", endpoint)
    await tx.db.execute(
        """DELETE FROM push_subscriptions WHERE id IN (
               SELECT id FROM push_subscriptions WHERE account_id = $1 ORDER BY created_at DESC, id OFFSET $2)""",
        tx.viewer.id,
        MOST_DEVICES - 1,
    )
    await tx.db.execute(
        "INSERT INTO push_subscriptions (id, account_id, endpoint, p256dh, auth, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
        uuid4(),
        tx.viewer.id,
        endpoint,
        p256dh,
        auth,
        tx.now,
    )


async def unsubscribe(tx: Tx, endpoint: str) -> None:
    await tx.db.execute(
        "DELETE FROM push_subscriptions WHERE endpoint = $1 AND account_id = $2", endpoint, tx.viewer.id
    )
