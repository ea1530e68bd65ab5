-- Orders, cases, and the events that are at once audit trail, timeline, clock input and source of notices.

CREATE TABLE orders (
    id           uuid PRIMARY KEY,
    number       text NOT NULL UNIQUE,
    principal_id uuid NOT NULL REFERENCES accounts,
    actor_id     uuid NOT NULL REFERENCES accounts,
    mandate_id   uuid REFERENCES mandates,
    cart_id      uuid NOT NULL UNIQUE REFERENCES carts,     -- a cart is filed once, key or no key
    channel      text NOT NULL CHECK (channel IN ('online', 'window', 'api')),
    saved        jsonb NOT NULL DEFAULT '{}',   -- {questions: [asked, sum], materials: [asked, sum]} shown on the receipt
    filed_at     timestamptz NOT NULL,
    CHECK ((actor_id = principal_id) = (mandate_id IS NULL))
);
CREATE INDEX orders_of ON orders (principal_id, filed_at DESC);

-- The last six digits before the check character: one a case or order, a million a day.
CREATE SEQUENCE case_serial MINVALUE 1 MAXVALUE 999999 CYCLE;

CREATE TABLE cases (
    id             uuid PRIMARY KEY,
    number         text NOT NULL UNIQUE,
    order_id       uuid NOT NULL REFERENCES orders,
    principal_id   uuid NOT NULL REFERENCES accounts,
    actor_id       uuid NOT NULL REFERENCES accounts,
    mandate_id     uuid REFERENCES mandates,
    item_code      text NOT NULL,
    item_version   integer NOT NULL,
    department_id  text NOT NULL REFERENCES departments,
    state          text NOT NULL,
    version        integer NOT NULL DEFAULT 1,
    bound          jsonb NOT NULL,              -- role → party id(s), as filed
    facts_sealed   bytea NOT NULL,              -- [{subject, element, value, source, trust, at}], frozen at filing, under the principal's key
    rules          jsonb,                       -- the machine's finding: version, verdict, each rule in words
    officer_id     uuid REFERENCES accounts,    -- who has it on the desk
    received_at    timestamptz NOT NULL,
    accepted_at    timestamptz,
    decided_at     timestamptz,
    due            date,                        -- cache of the clock that runs; the events are the truth
    due_clock      text CHECK (due_clock IN ('notice', 'decision', 'delivery', 'correction')),
    due_provisional boolean NOT NULL DEFAULT false,
    FOREIGN KEY (item_code, item_version) REFERENCES item_versions (code, version)
);
CREATE INDEX cases_of_principal ON cases (principal_id, received_at DESC);
CREATE INDEX cases_of_order ON cases (order_id);
CREATE INDEX cases_queue ON cases (department_id, due, id) WHERE decided_at IS NULL;

CREATE TABLE case_files (
    case_id  uuid NOT NULL REFERENCES cases,
    subject  uuid NOT NULL,
    material text NOT NULL,
    variant  text NOT NULL DEFAULT '',
    position integer NOT NULL DEFAULT 0,
    file_id  uuid NOT NULL REFERENCES files,
    added_at timestamptz NOT NULL DEFAULT app_now(),
    PRIMARY KEY (case_id, subject, material, variant, position, added_at)
);
CREATE INDEX case_files_of_file ON case_files (file_id);

CREATE TABLE events (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    case_id       uuid REFERENCES cases,
    order_id      uuid REFERENCES orders,
    principal_id  uuid NOT NULL REFERENCES accounts,
    department_id text REFERENCES departments,
    kind          text NOT NULL,                -- the move's name, or filed, looked, noted …
    actor_kind    text NOT NULL CHECK (actor_kind IN ('citizen', 'agent', 'officer', 'machine')),
    actor_id      uuid REFERENCES accounts,
    mandate_id    uuid REFERENCES mandates,
    at            timestamptz NOT NULL,
    public        boolean NOT NULL DEFAULT true,-- on the citizen's timeline
    data          jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX events_of_case ON events (case_id, id);
CREATE TRIGGER events_append_only BEFORE UPDATE OR DELETE ON events FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER events_no_truncate BEFORE TRUNCATE ON events EXECUTE FUNCTION refuse_change();
CREATE TRIGGER cases_no_truncate BEFORE TRUNCATE ON cases EXECUTE FUNCTION refuse_change();
CREATE TRIGGER cases_no_delete BEFORE DELETE ON cases FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER orders_no_delete BEFORE DELETE ON orders FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- Whoever watches a case hears of each event once it is committed: ids only.
CREATE FUNCTION tell_watchers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.case_id IS NOT NULL THEN PERFORM pg_notify('case_events', NEW.case_id::text); END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER events_tell AFTER INSERT ON events FOR EACH ROW EXECUTE FUNCTION tell_watchers();

-- One outcome per key, kept as long as the case. A replay must write (seen_at), so that it waits for the same commit as the first.
CREATE TABLE idempotency_keys (
    actor_id    uuid NOT NULL REFERENCES accounts,
    route       text NOT NULL,
    key         text NOT NULL CHECK (length(key) BETWEEN 8 AND 255),
    fingerprint bytea NOT NULL,                 -- SHA-256 of the canonical body
    outcome     jsonb,                          -- NULL only inside the transaction that is making it
    created_at  timestamptz NOT NULL DEFAULT app_now(),
    seen_at     timestamptz NOT NULL DEFAULT app_now(),
    PRIMARY KEY (actor_id, route, key)
);

ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
ALTER TABLE cases ENABLE ROW LEVEL SECURITY;
ALTER TABLE case_files ENABLE ROW LEVEL SECURITY;
ALTER TABLE events ENABLE ROW LEVEL SECURITY;
ALTER TABLE idempotency_keys ENABLE ROW LEVEL SECURITY;

CREATE POLICY case_seen ON cases FOR SELECT TO suishouban_web
    USING (may_act(principal_id, 'see', item_code) OR department_id = ANY ((SELECT my_departments())::text[]));
CREATE POLICY case_filed ON cases FOR INSERT TO suishouban_web WITH CHECK (may_act(principal_id, 'submit', item_code));
CREATE POLICY case_moved ON cases FOR UPDATE TO suishouban_web
    USING (may_act(principal_id, 'correct', item_code) OR department_id = ANY ((SELECT my_departments())::text[]));
CREATE POLICY order_seen ON orders FOR SELECT TO suishouban_web
    USING (principal_id = viewer() OR (actor_id = viewer() AND may_act(principal_id, 'see', NULL))
           OR EXISTS (SELECT 1 FROM cases c WHERE c.order_id = orders.id));
CREATE POLICY order_filed ON orders FOR INSERT TO suishouban_web WITH CHECK (actor_id = viewer() AND may_act(principal_id, 'submit', NULL));
CREATE POLICY case_files_seen ON case_files TO suishouban_web USING (EXISTS (SELECT 1 FROM cases c WHERE c.id = case_id));
CREATE POLICY events_seen ON events FOR SELECT TO suishouban_web
    USING (CASE WHEN case_id IS NULL THEN may_act(principal_id, 'see', NULL) ELSE EXISTS (SELECT 1 FROM cases c WHERE c.id = case_id) END);
CREATE POLICY events_made ON events FOR INSERT TO suishouban_web WITH CHECK (actor_id = viewer() OR actor_kind = 'machine');
CREATE POLICY own_keys ON idempotency_keys TO suishouban_web USING (actor_id = viewer()) WITH CHECK (actor_id = viewer());
CREATE POLICY own_files ON files TO suishouban_web
    USING ((actor_id = viewer() AND may_act(principal_id, 'fill', NULL)) OR principal_id = viewer()
           OR EXISTS (SELECT 1 FROM case_files f WHERE f.file_id = files.id))
    WITH CHECK (actor_id = viewer() AND may_act(principal_id, 'fill', NULL));
-- An officer reads the people of the cases on her desk, and only those.
CREATE POLICY people_of_my_cases ON accounts FOR SELECT TO suishouban_web
    USING (cardinality((SELECT my_departments())) > 0 AND EXISTS (SELECT 1 FROM cases c WHERE accounts.id IN (c.principal_id, c.actor_id)
           AND c.department_id = ANY ((SELECT my_departments())::text[])));
CREATE POLICY worker_all ON orders TO suishouban_worker USING (true);
CREATE POLICY worker_all ON cases TO suishouban_worker USING (true);
CREATE POLICY worker_all ON case_files TO suishouban_worker USING (true);
CREATE POLICY worker_all ON events TO suishouban_worker USING (true);

GRANT SELECT, INSERT ON orders, cases, case_files, events TO suishouban_web, suishouban_worker;
GRANT SELECT, INSERT ON idempotency_keys TO suishouban_web;
GRANT UPDATE (outcome, seen_at) ON idempotency_keys TO suishouban_web;
GRANT UPDATE (state, version, rules, officer_id, accepted_at, decided_at, due, due_clock, due_provisional) ON cases TO suishouban_web, suishouban_worker;
GRANT UPDATE (facts_sealed) ON cases TO suishouban_web;
GRANT USAGE ON SEQUENCE case_serial TO suishouban_web, suishouban_worker;
