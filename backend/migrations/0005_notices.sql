-- Notices: one row per event, person and channel. The inbox rows are the truth; the others are ways of knocking.

CREATE TABLE notices (
    id          uuid PRIMARY KEY,
    event_id    bigint NOT NULL REFERENCES events,
    person_id   uuid NOT NULL REFERENCES accounts,
    channel     text NOT NULL CHECK (channel IN ('inbox', 'push', 'email', 'sms', 'letter')),
    case_id     uuid REFERENCES cases,
    -- merged: a newer word on the same case went out instead. unknown: it may have arrived, so it is not sent again.
    state       text NOT NULL CHECK (state IN ('queued', 'sending', 'sent', 'retry', 'merged', 'unknown', 'failed')),
    attempts    integer NOT NULL DEFAULT 0,
    next_at     timestamptz,                    -- not before; by the database's own clock, as are the leases
    lease_until timestamptz,                    -- whoever sends has until then; later it counts as dead
    handed_at   timestamptz,                    -- when this attempt began to hand the message itself over
    reached     uuid[] NOT NULL DEFAULT '{}',   -- push: the subscriptions that already took it
    words       jsonb NOT NULL,                 -- {kind, item, number, due …}: worded in the reader's language, nothing private
    needs_you   boolean NOT NULL DEFAULT false, -- until something else happens in the case
    problem     text,                           -- why it could not be sent, in an operator's words
    created_at  timestamptz NOT NULL,
    sent_at     timestamptz,
    read_at     timestamptz,
    UNIQUE (event_id, person_id, channel),
    CHECK (channel <> 'inbox' OR state = 'sent'),
    CHECK ((state = 'sent') = (sent_at IS NOT NULL)),
    CHECK (state <> 'sending' OR lease_until IS NOT NULL)
);
CREATE INDEX inbox_of ON notices (person_id, created_at DESC) WHERE channel = 'inbox';
CREATE INDEX inbox_unread ON notices (person_id) WHERE channel = 'inbox' AND read_at IS NULL;
CREATE INDEX notices_of_case ON notices (case_id, person_id) WHERE needs_you OR state IN ('queued', 'retry');
CREATE INDEX notices_unsent ON notices (created_at) WHERE state IN ('queued', 'retry', 'sending');

-- An open inbox hears that something changed: only whose it is.
CREATE FUNCTION tell_inbox() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('inbox', NEW.person_id::text);
    RETURN NULL;
END $$;
CREATE TRIGGER notices_tell AFTER INSERT OR UPDATE OF read_at, needs_you ON notices
    FOR EACH ROW WHEN (NEW.channel = 'inbox') EXECUTE FUNCTION tell_inbox();

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
GRANT SELECT, INSERT, DELETE ON push_subscriptions TO suishouban_web;
GRANT SELECT, DELETE ON push_subscriptions TO suishouban_worker;
GRANT UPDATE (last_ok_at) ON push_subscriptions TO suishouban_worker;

-- The next to sign in on a shared phone takes its subscription over. Only the browser itself knows `auth`: it is the proof.
CREATE FUNCTION take_over_push(at_endpoint text, with_auth text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    DELETE FROM push_subscriptions WHERE endpoint = at_endpoint AND auth = with_auth AND account_id <> viewer();
    RETURN NOT EXISTS (SELECT 1 FROM push_subscriptions WHERE endpoint = at_endpoint AND account_id <> viewer());
END $$;
