"""Whose row each row is, and who may read how many of whose: written by hand, for every table of the schema."""

from tests.access.city import AUNT
from tests.access.helped import COLLEAGUE
from tests.access.table import (
    AUDITOR,
    CIVIL,
    CLERK,
    COUSIN,
    DAUGHTER,
    EDITOR,
    FATHER,
    HELPER,
    MARKET,
    NEIGHBOUR,
    NEPHEW,
    STRANGER,
)

# table → SQL that says for each row (its place) whose it is. Asked as owner.
WHOSE = {
    "accounts": "SELECT ctid::text, id FROM accounts",
    **{t: f"SELECT ctid::text, account_id FROM {t}" for t in ("contacts", "sessions", "passkeys", "push_subscriptions", "notice_choices", "notice_habits", "identities",
                                                                          "consents", "exports", "erasures", "id_numbers", "staff", "losses", "stated_numbers", "businesses")},
    **{t: f"SELECT ctid::text, principal_id FROM {t}" for t in
       ("mandates", "mandate_requests", "parties", "carts", "orders", "cases", "events", "files",
        "counter_mandates", "register_requests", "guide_drafts", "kept_guides", "signatures", "uploads")},
    **{t: f"SELECT ctid::text, person_id FROM {t}" for t in ("desk_sights", "visits")},
    "archives": "SELECT ctid::text, account_id FROM archives",
    "notices": "SELECT ctid::text, person_id FROM notices",
    "upload_parts": "SELECT p.ctid::text, u.principal_id FROM upload_parts p JOIN uploads u ON u.id = p.upload_id",
    "idempotency_keys": "SELECT ctid::text, actor_id FROM idempotency_keys",
    "mandate_events": "SELECT e.ctid::text, m.principal_id FROM mandate_events e JOIN mandates m ON m.id = e.mandate_id",
    "facts": "SELECT f.ctid::text, p.principal_id FROM facts f JOIN parties p ON p.id = f.party_id",
    **{t: f"SELECT x.ctid::text, c.principal_id FROM {t} x JOIN carts c ON c.id = x.cart_id"
       for t in ("cart_lines", "answers", "cart_materials")},
    "certificates": "SELECT ctid::text, holder_id FROM certificates",
    "certificate_changes": "SELECT h.ctid::text, x.holder_id FROM certificate_changes h JOIN certificates x ON x.id = h.certificate_id",
    **{t: f"SELECT ctid::text, principal_id FROM {t}" for t in ("offers", "pledges", "pledge_objections", "credit_appeals")},
    "offer_visits": "SELECT v.ctid::text, o.principal_id FROM offer_visits v JOIN offers o ON o.id = v.offer_id",
    "use_consents": "SELECT ctid::text, principal_id FROM use_consents",
    "case_sources": "SELECT s.ctid::text, c.principal_id FROM case_sources s JOIN cases c ON c.id = s.case_id",
    **{t: f"SELECT ctid::text, holder_id FROM {t}" for t in ("showings", "certificate_looks")},
    "showing_codes": "SELECT k.ctid::text, s.holder_id FROM showing_codes k JOIN showings s ON s.id = k.showing_id",
    "documents": "SELECT x.ctid::text, c.principal_id FROM documents x JOIN cases c ON c.id = x.case_id",
    **{t: f"SELECT f.ctid::text, c.principal_id FROM {t} f JOIN cases c ON c.id = f.case_id"
       for t in ("automatic_decisions", "rechecks", "inquiry_lines", "rule_trial_lines", "case_files", "case_notes", "decision_drafts", "bulk_lines", "joint_opinions", "joint_meetings")},
}  # fmt: skip

# Nothing of a person's, or nothing readable without knowing already what to look for.
NOBODYS = {
    "offer_looks",  # how many, never who
    "schema_migrations", "departments", "officer_roles", "packs", "items", "item_versions", "item_figures", "filed_together", "item_events", "catalogue_imports", "word_changes", "word_events", "item_scopes", "scenarios", "guide_versions", "calendar_days", "calendar_changes",
    "catalogue_revision", "document_wordings", "search_words", "search_sentences", "notice_wordings", "city_texts", "sending_days",
    "consent_texts", "organisations", "service_points",
    "approval_switches", "approval_shares", "source_inquiries", "rule_trials", "outreach_looks",  # officers' own
    "absences", "desk_views", "correction_texts", "role_events", "bulk_moves",  # officers' own
    "register_breakers", "register_clients", "register_pushes",  # machines of other authorities
    "pgqueuer", "pgqueuer_log",  # jobs carry ids only: see test_markers
}  # fmt: skip
# The web role has no right to read these at all.
UNREADABLE = {
    "offer_changes",
    "document_serials", "event_seals", "event_chains", "event_watermark",
    "register_records", "relied_on", "register_nonces", "limits", "acceptance_counters", "contact_alarms", "mandate_journals", "inbound_texts", "letters", "notice_followups", "pgqueuer_schedules", "pgqueuer_statistics",
}  # fmt: skip
# Rows of a browser that is not signed in yet: found by the hash of its cookie.
BROWSERS = {"sign_in_codes", "passkey_challenges", "provider_attempts", "officer_enrolments"}

ALL, SOME = "all", "some, not all"
Sight = dict[str, dict[str, int | str]]  # reader → whose → how many rows; who is not named reads none

ONE_OWN: Sight = {who: {who: 1} for who in (FATHER, DAUGHTER, NEIGHBOUR, COUSIN, NEPHEW, HELPER, STRANGER)}
WITH_PRINCIPAL: Sight = {
    FATHER: {FATHER: ALL},
    DAUGHTER: {DAUGHTER: ALL, FATHER: ALL},
    NEIGHBOUR: {NEIGHBOUR: ALL, FATHER: SOME},  # what the one matter in her mandate asks for: see test_scope
    COUSIN: {COUSIN: ALL},
    NEPHEW: {NEPHEW: ALL},
    HELPER: {HELPER: ALL, AUNT: ALL},
    STRANGER: {STRANGER: ALL},
    CLERK: {CLERK: ALL, FATHER: SOME},
}
IN_THE_CART: Sight = {
    FATHER: {FATHER: ALL},
    DAUGHTER: {FATHER: ALL},
    HELPER: {AUNT: ALL},
}  # he reads what is being prepared for him
OF_CASES: Sight = {FATHER: {FATHER: ALL}, DAUGHTER: {FATHER: ALL}, HELPER: {AUNT: ALL}}


def and_desk(sight: Sight, count: int | str) -> Sight:
    """Those who read the department's cases read this much of the father's and of the aunt's."""
    return sight | {officer: {FATHER: count, AUNT: count} for officer in (CIVIL, AUDITOR)}


FATHERS_AGENTS: Sight = {agent: {FATHER: 1} for agent in (DAUGHTER, NEIGHBOUR, COUSIN, NEPHEW, CLERK)}
OFFERED: Sight = {FATHER: {FATHER: 1}, DAUGHTER: {FATHER: 1}}
FATHERS_LIVE_AGENTS: Sight = {who: {FATHER: 1} for who in (FATHER, DAUGHTER, NEIGHBOUR, CLERK)}
SIGHT: dict[str, Sight] = {
    "accounts": {
        FATHER: {FATHER: 1, DAUGHTER: 1, NEIGHBOUR: 1, COUSIN: 1, NEPHEW: 1, CLERK: 1},
        DAUGHTER: {DAUGHTER: 1, FATHER: 1},
        NEIGHBOUR: {NEIGHBOUR: 1, FATHER: 1},
        COUSIN: {COUSIN: 1},
        NEPHEW: {NEPHEW: 1},
        HELPER: {HELPER: 1, AUNT: 1},
        STRANGER: {STRANGER: 1},
        CLERK: {CLERK: 1, COLLEAGUE: 1, FATHER: 1},
        CIVIL: {CIVIL: 1, FATHER: 1, AUNT: 1, DAUGHTER: 1, HELPER: 1, NEIGHBOUR: 1, COUSIN: 1, NEPHEW: 1, CLERK: 1},  # his card was seen
        AUDITOR: {AUDITOR: 1, FATHER: 1, AUNT: 1, DAUGHTER: 1, HELPER: 1},
        MARKET: {MARKET: 1},
        EDITOR: {EDITOR: 1},
    },
    "contacts": ONE_OWN,
    "sessions": ONE_OWN | {other: {other: 1} for other in (CLERK, CIVIL, MARKET, AUDITOR, EDITOR)},
    "passkeys": {FATHER: {FATHER: 1}},
    "push_subscriptions": {FATHER: {FATHER: 1}},
    "notice_choices": {FATHER: {FATHER: 1}},
    "notice_habits": {FATHER: {FATHER: 1}},
    "identities": {},
    "consents": {who: {who: ALL} for who in ONE_OWN},  # each reads only what was agreed to for her
    "exports": {FATHER: {FATHER: 1}},
    "erasures": {FATHER: {FATHER: 1}},
    "archives": {CIVIL: {AUNT: 1}, AUDITOR: {AUNT: 1}},  # whose department had a case of hers
    "mandates": FATHERS_AGENTS | {FATHER: {FATHER: 5}, HELPER: {AUNT: 1}, CIVIL: {FATHER: 5}},  # also the agent's own that has ended
    "mandate_requests": {FATHER: {FATHER: 1}, STRANGER: {FATHER: 1}},
    "mandate_events": FATHERS_AGENTS | {FATHER: {FATHER: 6}, DAUGHTER: {FATHER: 2}, HELPER: {AUNT: 2}},
    "parties": WITH_PRINCIPAL,
    "facts": WITH_PRINCIPAL | {CLERK: {FATHER: SOME}},  # nothing is known of the clerk herself
    "carts": IN_THE_CART,
    "guide_drafts": {DAUGHTER: {FATHER: ALL}},
    "kept_guides": {DAUGHTER: {FATHER: ALL}},
    "register_requests": {FATHER: {FATHER: 1}, DAUGHTER: {FATHER: 1}},  # who asked, and he himself
    "uploads": {DAUGHTER: {FATHER: 1}},
    "upload_parts": {DAUGHTER: {FATHER: 1}},
    "cart_lines": IN_THE_CART,
    "answers": IN_THE_CART,
    "cart_materials": IN_THE_CART,
    "orders": and_desk(OF_CASES, 1),
    "cases": and_desk(OF_CASES, 2),  # the third one is another department's
    "events": and_desk(OF_CASES | {DAUGHTER: {FATHER: SOME}}, 4),  # not that he asked for his data
    "documents": and_desk(OF_CASES, SOME),
    "automatic_decisions": and_desk(OF_CASES, ALL),
    "rechecks": {FATHER: {FATHER: 1}, DAUGHTER: {FATHER: 1}, CIVIL: {FATHER: 1}, AUDITOR: {FATHER: 1}},
    **{t: {CIVIL: {FATHER: 1}, AUDITOR: {FATHER: 1}} for t in ("inquiry_lines", "rule_trial_lines")},
    "use_consents": and_desk(OF_CASES, 1),
    "case_sources": and_desk(OF_CASES, SOME),
    **{t: {FATHER: {FATHER: 1}} for t in ("showings", "showing_codes", "certificate_looks")},  # what he showed is his alone
    **{t: and_desk(OF_CASES, 1) for t in ("certificates", "certificate_changes")},  # of the one thing that was granted
    "case_files": and_desk(OF_CASES, SOME),
    **{t: {CIVIL: {FATHER: 1}, AUDITOR: {FATHER: 1}} for t in ("case_notes", "decision_drafts")},  # the office, never he
    "bulk_lines": {CIVIL: {FATHER: 1}},
    "files": and_desk(OF_CASES | {DAUGHTER: {FATHER: SOME}}, SOME),  # not what he signed at the post office
    "notices": {FATHER: {FATHER: ALL}, DAUGHTER: {DAUGHTER: ALL}, HELPER: {HELPER: ALL}},
    "idempotency_keys": {DAUGHTER: {DAUGHTER: 1}, HELPER: {HELPER: 1}},
    "id_numbers": ONE_OWN,
    "stated_numbers": {FATHER: {FATHER: 1}},
    "businesses": {HELPER: {AUNT: 1}},
    # who asked, whose signature it is, and who may submit such a thing for him
    "signatures": {HELPER: {AUNT: 1}, FATHER: {AUNT: 1}, DAUGHTER: {AUNT: 1}},
    "staff": {CLERK: {CLERK: 1, COLLEAGUE: 1}},
    "losses": {},
    # also who is asked: that she is, and where to come; nothing of the case itself
    **{t: {who: {FATHER: 1} for who in (FATHER, DAUGHTER, CIVIL, AUDITOR, MARKET)} for t in ("joint_opinions", "joint_meetings")},
    "offers": OFFERED | {CIVIL: {FATHER: 1}},  # whom nothing digital reaches, she goes to see
    "offer_visits": {CIVIL: {FATHER: 1}},
    "pledges": OF_CASES | {officer: {FATHER: 2, AUNT: 1} for officer in (CIVIL, AUDITOR)},
    # what he wrote; of an objection also who may see any affair of his
    "pledge_objections": FATHERS_LIVE_AGENTS | {CIVIL: {FATHER: 1}},
    "credit_appeals": {FATHER: {FATHER: 1}, CIVIL: {FATHER: 1}},
    "counter_mandates": {CIVIL: {FATHER: 1}},
    "desk_sights": {CIVIL: {FATHER: 1}, FATHER: {FATHER: 1}},
    "visits": {CLERK: {FATHER: 1}, FATHER: {FATHER: 1}},
}  # fmt: skip
