-- Notices: one row per event, person and channel. The inbox rows are the truth; the others are ways of knocking.

CREATE TABLE notices (
    id         uuid PRIMARY KEY,
    event_id   bigint NOT NULL REFERENCES events,
    person_id  uuid NOT NULL REFERENCES accounts,
    channel    text NOT NULL CHECK (channel IN ('inbox', 'push', 'email', 'sms', 'letter')),
    case_id    uuid REFERENCES cases,
    state      text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'sending', 'sent', 'retry', 'unknown', 'failed')),
    attempts   integer NOT NULL DEFAULT 0,
    next_at    timestamptz,
    lease_until timestamptz,
    words      jsonb NOT NULL,                  -- {kind, item, number, due …}: rendered in the reader's language, nothing private
    needs_you  boolean NOT NULL DEFAULT false,
    problem    text,                            -- why it could not be sent, in an operator's words
    created_at timestamptz NOT NULL,
    sent_at    timestamptz,
    read_at    timestamptz,
    UNIQUE (event_id, person_id, channel)
);
CREATE INDEX inbox_of ON notices (person_id, created_at DESC) WHERE channel = 'inbox';
CREATE INDEX notices_stuck ON notices (state, next_at) WHERE state IN ('queued', 'retry', 'sending');

CREATE TABLE push_subscriptions (
    id         uuid PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES accounts,
    endpoint   text NOT NULL UNIQUE CHECK (length(endpoint) <= 2048),
    p256dh     text NOT NULL,
    auth       text NOT NULL,
    created_at timestamptz NOT NULL,
    last_ok_at timestamptz
);
CREATE INDEX push_of ON push_subscriptions (account_id);

ALTER TABLE notices ENABLE ROW LEVEL SECURITY;
ALTER TABLE push_subscriptions ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_notices ON notices TO suishouban_web USING (person_id = viewer());
CREATE POLICY own_push ON push_subscriptions TO suishouban_web USING (account_id = viewer()) WITH CHECK (account_id = viewer());
CREATE POLICY worker_all ON notices TO suishouban_worker USING (true);
CREATE POLICY worker_all ON push_subscriptions TO suishouban_worker USING (true);

GRANT SELECT ON notices TO suishouban_web;
GRANT UPDATE (read_at) ON notices TO suishouban_web;
GRANT SELECT, INSERT, UPDATE ON notices TO suishouban_worker;
GRANT SELECT, INSERT, DELETE ON push_subscriptions TO suishouban_web, suishouban_worker;
GRANT UPDATE (last_ok_at) ON push_subscriptions TO suishouban_worker;
