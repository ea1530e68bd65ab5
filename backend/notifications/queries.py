"""Who should know of what, and what stands in an inbox."""

from datetime import date, timedelta
from uuid import UUID

import asyncpg
import msgspec

from backend.accounts.consents import SMS
from backend.cases.states import Clock
from backend.core.db import Tx
from backend.core.errors import NotFound
from backend.core.events import NewEvent
from backend.notifications.messages import DUE_SOON, ON_THE_WAY, OTHERS, QUESTIONED, TEXTS
from backend.notifications.model import Channel, Happening, InboxEntry, Undelivered, Words

PAGE = 50


async def who_should_know(db: asyncpg.Connection, events: list[int], today: date) -> list[Happening]:
    """The principal always; the agent who filed or acted, as long as her mandate lets her see it, and of an offer who may take it
    for her. Never the agent alone."""
    rows = await db.fetch(
        """SELECT e.id AS event_id, e.kind, e.actor_kind, e.case_id, e.department_id, c.number, i.name AS item, e.data, p.id AS person_id,
                  e.actor_id IS NOT DISTINCT FROM p.id AS did_it,
                  p.id = e.principal_id AND e.case_id IS NOT NULL AND coalesce(e.mandate_id, c.mandate_id) IS NOT NULL AS for_her,
                  p.id = e.principal_id AND e.case_id IS NOT NULL AS hers, consented(p.id, 'sms') >= $3 AS sms_agreed,
                  p.id <> e.principal_id AS as_agent,
                  o.number AS order_number, t.names, e.id = coalesce(t.first, e.id) AS first,
                  e.kind = 'granted' AND e.actor_kind = 'machine' AND e.at IS NOT DISTINCT FROM o.filed_at AS in_filing,
                  EXISTS (SELECT 1 FROM contacts k WHERE k.account_id = p.id AND k.kind = 'phone' AND k.verified_at IS NOT NULL AND NOT EXISTS (
                      SELECT 1 FROM contacts x JOIN mandates m ON m.agent_id = x.account_id AND m.principal_id = p.id
                      WHERE x.kind = 'phone' AND x.value_blind = k.value_blind)) AS has_phone,
                  EXISTS (SELECT 1 FROM facts f JOIN parties y ON y.id = f.party_id AND y.is_self WHERE y.principal_id = p.id
                      AND f.element = 'person.address' AND (f.source LIKE 'register.%' OR f.source = 'profile')) AS has_address,
                  EXISTS (SELECT 1 FROM push_subscriptions s WHERE s.account_id = p.id) AS has_push,
                  EXISTS (SELECT 1 FROM contacts k WHERE k.account_id = p.id AND k.kind = 'email' AND k.verified_at IS NOT NULL) AS has_email
           FROM events e LEFT JOIN cases c ON c.id = e.case_id LEFT JOIN item_versions i ON (i.code, i.version) = (c.item_code, c.item_version)
           LEFT JOIN orders o ON o.id = e.order_id
           LEFT JOIN LATERAL (SELECT array_agg(n.name ORDER BY x.id) AS names, min(x.id) AS first FROM events x JOIN cases y ON y.id = x.case_id
                              JOIN item_versions n ON (n.code, n.version) = (y.item_code, y.item_version)
                              WHERE y.order_id = e.order_id AND x.kind IN ('filed', 'filed_waiting')) t ON e.kind IN ('filed', 'filed_waiting')
           JOIN accounts p ON p.id = ANY (ARRAY[e.principal_id, c.actor_id, CASE WHEN e.actor_kind = 'agent' THEN e.actor_id END,
                              (SELECT m.agent_id FROM mandates m WHERE m.id = e.mandate_id AND e.case_id IS NULL AND e.order_id IS NULL)]
                              || CASE WHEN e.kind = 'offered' THEN ARRAY(
                                  SELECT m.agent_id FROM mandates m WHERE m.principal_id = e.principal_id AND m.ended_at IS NULL AND $2 BETWEEN m.valid_from AND m.valid_to
                                  AND 'submit' = ANY(m.actions) AND mandate_covers(m.kind, m.items, e.data ->> 'code')) ELSE '{}' END)
           WHERE e.id = ANY($1) AND e.public AND (p.id = e.principal_id OR EXISTS (
               SELECT 1 FROM mandates m WHERE m.principal_id = e.principal_id AND m.agent_id = p.id AND m.ended_at IS NULL
               AND $2 BETWEEN m.valid_from AND m.valid_to AND 'see' = ANY(m.actions)
               AND (m.items IS NULL OR c.item_code IS NULL OR c.item_code = ANY(m.items))))
           ORDER BY e.id, p.id = e.principal_id DESC""",
        events,
        today,
        SMS.version,
    )
    return msgspec.convert(rows, list[Happening])


async def untold_events(tx: Tx, most: int = 5000) -> list[int]:
    """What people should long have been told of and were not: the job was lost, or held after too many failures."""
    rows = await tx.db.fetch(
        """SELECT e.id FROM events e WHERE e.public AND e.kind = ANY($1) AND e.at BETWEEN $2::timestamptz - interval '1 day' AND $2::timestamptz - interval '10 minutes'
           AND NOT EXISTS (SELECT 1 FROM notices n WHERE n.event_id = e.id) ORDER BY e.id LIMIT $3""",
        list({*TEXTS, *OTHERS} - {QUESTIONED, *ON_THE_WAY}),
        tx.now,
        most,
    )
    return [row["id"] for row in rows]


async def channels_tried(
    db: asyncpg.Connection, failed: list[tuple[int, UUID]]
) -> dict[tuple[int, UUID], set[Channel]]:
    """The channels on which these (event, person) were to be knocked for, of those where no other one may still reach her."""
    rows = await db.fetch(
        """SELECT n.event_id, n.person_id, array_agg(n.channel) AS tried
           FROM notices n JOIN unnest($1::bigint[], $2::uuid[]) AS f(event_id, person_id) USING (event_id, person_id)
           WHERE n.channel <> 'inbox' GROUP BY 1, 2 HAVING bool_and(n.state = 'failed')""",
        [event for event, _ in failed],
        [person for _, person in failed],
    )
    return {(row["event_id"], row["person_id"]): set(map(Channel, row["tried"])) for row in rows}


async def corrections_due(tx: Tx, within: timedelta) -> list[NewEvent]:
    """The reminders to record now. Locked, so that two workers do not both find them."""
    rows = await tx.db.fetch(
        """SELECT c.id, c.order_id, c.principal_id, c.department_id, c.due, c.due_provisional FROM cases c
           WHERE c.state = 'correcting' AND c.due_clock = 'correction' AND c.due BETWEEN $1 AND $2 AND NOT EXISTS (
               SELECT 1 FROM events e WHERE e.case_id = c.id AND e.kind = $3 AND e.id > (
                   SELECT max(a.id) FROM events a WHERE a.case_id = c.id AND a.kind IN ('correction_asked', 'correction_asked_again')))
           ORDER BY c.id LIMIT 1000 FOR UPDATE OF c SKIP LOCKED""",
        tx.today,
        tx.today + within,
        DUE_SOON,
    )
    return [_reminder(row) for row in rows]


def _reminder(row: asyncpg.Record) -> NewEvent:
    return NewEvent(
        kind=DUE_SOON,
        principal_id=row["principal_id"],
        actor_kind="machine",
        case_id=row["id"],
        order_id=row["order_id"],
        department_id=row["department_id"],
        data={"due": row["due"].isoformat(), "clock": Clock.CORRECTION, "provisional": row["due_provisional"]},
    )


async def inbox_of(tx: Tx, limit: int = PAGE, before: UUID | None = None) -> list[InboxEntry]:
    """The viewer's own notices, whoever's affairs are on the screen, but a business's while she handles it: what needs her
    first, then the newest. `before`: those that come after this one of hers in that order; none after a stranger's."""
    rows = await tx.db.fetch(
        """WITH mine AS (
               SELECT n.id, n.case_id, n.event_id, n.person_id, n.words, n.needs_you, n.created_at, n.read_at FROM notices n
               WHERE n.person_id = (SELECT inbox_on_screen($1)) AND n.channel = 'inbox'
                 AND ($3::uuid IS NULL OR (n.needs_you, n.created_at, n.event_id) < (
                      SELECT m.needs_you, m.created_at, m.event_id FROM notices m WHERE m.id = $3 AND m.channel = 'inbox' AND m.person_id = n.person_id))
               ORDER BY n.needs_you DESC, n.created_at DESC, n.event_id DESC LIMIT $2)
           SELECT n.id, n.words, n.needs_you, n.created_at, n.read_at, e.principal_id, e.actor_kind, e.actor_id,
                  NOT EXISTS (SELECT 1 FROM notices y WHERE y.case_id = n.case_id AND y.person_id = n.person_id AND y.channel = 'inbox'
                              AND y.event_id > n.event_id) AS newest,
                  p.name_sealed AS principal_name, p.key_wrapped AS principal_key,
                  a.name_sealed AS actor_name, a.key_wrapped AS actor_key, x.id AS paper, x.title AS paper_title
           FROM mine n LEFT JOIN events e ON e.id = n.event_id LEFT JOIN documents x ON x.event_id = e.id AND x.made_at IS NOT NULL
           LEFT JOIN accounts p ON p.id = e.principal_id LEFT JOIN accounts a ON a.id = e.actor_id AND e.actor_kind = 'agent'
           ORDER BY n.needs_you DESC, n.created_at DESC, n.event_id DESC""",
        tx.viewer.principal_id,
        limit,
        before,
    )
    return [_entry(tx, row) for row in rows]


def _entry(tx: Tx, row: asyncpg.Record) -> InboxEntry:
    """Names are opened only here, for the reader who may know them."""
    foreign = row["principal_id"] not in (None, tx.viewer.id)
    acted = row["actor_id"] not in (None, tx.viewer.id)
    return InboxEntry(
        id=row["id"],
        words=msgspec.convert(row["words"], Words),
        needs_you=row["needs_you"],
        newest=row["newest"],
        created_at=row["created_at"],
        read_at=row["read_at"],
        principal=_name(tx, row, "principal") if foreign else "",
        by=_name(tx, row, "actor") if acted and not foreign else "",
        paper=None if foreign else row["paper"],
        paper_title=row["paper_title"] or "",
    )


def _name(tx: Tx, row: asyncpg.Record, who: str) -> str:
    if row[f"{who}_name"] is None:
        return ""
    return tx.vault.key(row[f"{who}_key"]).open(row[f"{who}_name"], f"name:{row[f'{who}_id']}").decode()


async def notice_for(tx: Tx, notice: UUID) -> tuple[Words, UUID | None]:
    """One inbox notice of the viewer's, with whose affair it is; NotFound for anybody else's."""
    row = await tx.db.fetchrow(
        """SELECT n.words, coalesce(e.principal_id, (
                      SELECT o.principal_id FROM offers o WHERE o.id = substring(n.words ->> 'page' FROM '^/offers/(.{36})$')::uuid)) AS principal_id
           FROM notices n LEFT JOIN events e ON e.id = n.event_id
           WHERE n.id = $1 AND n.person_id = (SELECT inbox_on_screen($2)) AND n.channel = 'inbox'""",
        notice,
        tx.viewer.principal_id,
    )
    if row is None:
        raise NotFound()
    return msgspec.convert(row["words"], Words), row["principal_id"]


async def mandate_to_see(tx: Tx, principal: UUID) -> UUID | None:
    """A live mandate of the viewer's for this principal, the one that lasts longest."""
    return await tx.db.fetchval(
        """SELECT id FROM mandates WHERE principal_id = $1 AND agent_id = $2 AND ended_at IS NULL
           AND app_today() BETWEEN valid_from AND valid_to AND 'see' = ANY(actions) ORDER BY valid_to DESC LIMIT 1""",
        principal,
        tx.viewer.id,
    )


async def not_delivered(db: asyncpg.Connection, limit: int = 100) -> list[Undelivered]:
    """What could not be brought, or may not have arrived, newest first. As the worker: it is about all people, and names none."""
    rows = await db.fetch(
        """SELECT id, channel, state, attempts, coalesce(problem, '') AS problem, created_at FROM notices
           WHERE state IN ('failed', 'unknown') ORDER BY created_at DESC LIMIT $1""",
        limit,
    )
    return msgspec.convert(rows, list[Undelivered])
