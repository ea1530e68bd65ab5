-- Registers: asked over the network by jobs only, each question in a log that the person asked about can read, answers kept
-- for as long as they may be judged by; and records that other authorities push.

-- ---- What is kept. `at`: of when the register says this. No `expires_at`: its authority pushes every change here.
-- A record without facts says that there is none (any more): so an older message cannot bring it back.
ALTER TABLE register_records ADD COLUMN fetched_at timestamptz, ADD COLUMN expires_at timestamptz,
    ADD CONSTRAINT asked_and_ends CHECK ((fetched_at IS NULL) = (expires_at IS NULL) AND expires_at > fetched_at);
CREATE INDEX register_records_end ON register_records (expires_at) WHERE expires_at IS NOT NULL;
GRANT UPDATE (fetched_at, expires_at), DELETE ON register_records TO suishouban_worker;

CREATE OR REPLACE FUNCTION records_about(subjects bytea[]) RETURNS TABLE (register text, subject bytea, sealed bytea, at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS
$$ SELECT r.register, r.subject, r.sealed, r.at FROM register_records r
   WHERE r.subject = ANY (subjects) AND coalesce(r.expires_at, 'infinity') > app_now() $$;

-- Asked so lately that it still holds when the sheet is filled in: half an hour, of a short life half of it.
CREATE FUNCTION asked_lately(asked_register text, about bytea) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT EXISTS (SELECT 1 FROM register_records r WHERE r.register = asked_register AND r.subject = about
        AND r.expires_at > app_now() + least(interval '30 minutes', (r.expires_at - r.fetched_at) / 2))
$$;

-- ---- One row for each register that is asked over the network, made by the worker from its settings: its circuit breaker.
CREATE TABLE register_breakers (
    register    text PRIMARY KEY,
    failures    integer NOT NULL DEFAULT 0,           -- one after the other
    open_until  timestamptz,                          -- nobody asks before; then one tries
    probe_until timestamptz,                          -- somebody is trying
    said        text NOT NULL DEFAULT '',             -- the last failure's kind
    changed_at  timestamptz NOT NULL,
    CHECK (probe_until IS NULL OR open_until IS NOT NULL)
);
ALTER TABLE register_breakers ENABLE ROW LEVEL SECURITY;
CREATE POLICY known_to_all ON register_breakers FOR SELECT TO suishouban_web USING (true);
CREATE POLICY worker_all ON register_breakers TO suishouban_worker USING (true);
GRANT SELECT ON register_breakers TO suishouban_web;
GRANT SELECT, INSERT, UPDATE, DELETE ON register_breakers TO suishouban_worker;

-- ---- Every question to a register: whose affairs, for what, on what basis, and how it ended. Never what was answered.
CREATE TABLE register_requests (
    id           uuid PRIMARY KEY,
    register     text NOT NULL,
    subject      bytea NOT NULL,                      -- keyed hash of the number asked about
    principal_id uuid NOT NULL REFERENCES accounts,
    actor_id     uuid REFERENCES accounts,            -- who had the sheet open; nobody: the machine, after filing
    case_id      uuid REFERENCES cases,
    items        text[] NOT NULL CHECK (items <> '{}'),
    basis        text NOT NULL CHECK (basis <> ''),
    sealed       bytea,                               -- the number, until it was asked
    asked_at     timestamptz NOT NULL,
    state        text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'answered', 'no_record', 'contradiction', 'stale', 'outage')),
    tries        integer NOT NULL DEFAULT 0,
    taken_until  timestamptz,                         -- somebody is asking now
    done_at      timestamptz,
    CHECK ((state = 'waiting') = (done_at IS NULL)),
    CHECK ((state = 'waiting') = (sealed IS NOT NULL))
);
-- Two open sheets, two workers: one question.
CREATE UNIQUE INDEX one_question_at_a_time ON register_requests (register, subject) WHERE state = 'waiting';
CREATE INDEX register_requests_of ON register_requests (principal_id, asked_at);
CREATE INDEX register_requests_case ON register_requests (case_id) WHERE case_id IS NOT NULL;
ALTER TABLE register_requests ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON register_requests FOR SELECT TO suishouban_web
    USING (principal_id = viewer() OR (actor_id = viewer() AND may_act(principal_id, 'see', NULL)));
CREATE POLICY asked ON register_requests FOR INSERT TO suishouban_web
    WITH CHECK (actor_id = viewer() AND may_act(principal_id, 'fill', NULL) AND state = 'waiting');
CREATE POLICY worker_all ON register_requests TO suishouban_worker USING (true);
GRANT SELECT, INSERT ON register_requests TO suishouban_web;
GRANT SELECT, INSERT, DELETE ON register_requests TO suishouban_worker;
GRANT UPDATE (sealed, state, tries, taken_until, done_at) ON register_requests TO suishouban_worker;

-- ---- Machines that push. A token is stored hashed, a key only as its public half; one register each.
CREATE TABLE register_clients (
    id         uuid PRIMARY KEY,
    register   text NOT NULL,
    name       text NOT NULL CHECK (name <> ''),
    token_hash bytea UNIQUE,
    public_key bytea CHECK (length(public_key) = 32),  -- Ed25519
    created_at timestamptz NOT NULL,
    created_by uuid REFERENCES accounts,               -- nobody: at the machine
    ended_at   timestamptz,
    used_at    timestamptz,
    CHECK ((token_hash IS NULL) <> (public_key IS NULL))
);
ALTER TABLE register_clients ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON register_clients FOR SELECT TO suishouban_web USING (has_role('admin') OR has_role('auditor'));
CREATE POLICY made ON register_clients FOR INSERT TO suishouban_web WITH CHECK (has_role('admin') AND created_by = viewer());
CREATE POLICY ended ON register_clients FOR UPDATE TO suishouban_web USING (has_role('admin'));
CREATE POLICY worker_all ON register_clients TO suishouban_worker USING (true);
GRANT SELECT, INSERT ON register_clients TO suishouban_web;
GRANT UPDATE (ended_at) ON register_clients TO suishouban_web;
GRANT SELECT ON register_clients TO suishouban_worker;

-- Who holds this token, or whose key has this id: for a request without a viewer.
CREATE FUNCTION register_client(token bytea, client uuid) RETURNS TABLE (id uuid, register text, name text, public_key bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT c.id, c.register, c.name, c.public_key FROM register_clients c
    WHERE c.ended_at IS NULL AND (c.token_hash = token OR (c.id = client AND c.public_key IS NOT NULL))
$$;

CREATE TABLE register_pushes (
    client_id   uuid NOT NULL REFERENCES register_clients,
    key         text NOT NULL,
    fingerprint bytea NOT NULL,
    sealed      bytea,                                -- what was pushed, until the worker has kept it
    received_at timestamptz NOT NULL,
    seen_at     timestamptz NOT NULL,
    done_at     timestamptz,
    kept        integer NOT NULL DEFAULT 0,
    older       integer NOT NULL DEFAULT 0,           -- something newer was there
    PRIMARY KEY (client_id, key),
    CHECK ((done_at IS NULL) = (sealed IS NOT NULL))
);
CREATE TABLE register_nonces (
    client_id uuid NOT NULL REFERENCES register_clients,
    nonce     text NOT NULL,
    at        timestamptz NOT NULL,
    PRIMARY KEY (client_id, nonce)
);
ALTER TABLE register_pushes ENABLE ROW LEVEL SECURITY;
ALTER TABLE register_nonces ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON register_pushes FOR SELECT TO suishouban_web USING (has_role('admin') OR has_role('auditor'));
CREATE POLICY worker_all ON register_pushes TO suishouban_worker USING (true);
CREATE POLICY worker_all ON register_nonces TO suishouban_worker USING (true);
GRANT SELECT (client_id, key, received_at, done_at, kept, older) ON register_pushes TO suishouban_web;
GRANT SELECT, DELETE ON register_pushes, register_nonces TO suishouban_worker;
GRANT UPDATE (sealed, done_at, kept, older) ON register_pushes TO suishouban_worker;

-- Lays a push down, once a key; a replay writes as well, so that it is never acknowledged by a server that may not write.
CREATE FUNCTION take_push(client uuid, push_key text, print bytea, content bytea)
RETURNS TABLE (fingerprint bytea, fresh boolean, done_at timestamptz, kept integer, older integer)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public AS $$
    UPDATE register_clients SET used_at = app_now() WHERE id = client AND coalesce(used_at, '-infinity') < app_now() - interval '1 minute';
    INSERT INTO register_pushes AS p (client_id, key, fingerprint, sealed, received_at, seen_at)
    SELECT c.id, push_key, print, content, app_now(), app_now() FROM register_clients c WHERE c.id = client AND c.ended_at IS NULL
    ON CONFLICT (client_id, key) DO UPDATE SET seen_at = excluded.seen_at
    RETURNING p.fingerprint, p.xmax = 0, p.done_at, p.kept, p.older
$$;

-- Whether this is the first time that the client says this nonce.
CREATE FUNCTION new_nonce(client uuid, said text) RETURNS boolean LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public AS $$
    WITH first AS (INSERT INTO register_nonces (client_id, nonce, at)
                   SELECT c.id, said, app_now() FROM register_clients c WHERE c.id = client ON CONFLICT DO NOTHING RETURNING 1)
    SELECT EXISTS (SELECT 1 FROM first)
$$;
