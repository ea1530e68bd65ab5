-- People, what is known of them, and who may act for whom.
-- Row-level security is the second line: every personal table asks who the viewer is, whatever Python did.

GRANT USAGE ON SCHEMA public TO suishouban_web, suishouban_worker;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO suishouban_web, suishouban_worker;

-- Who is looking, and when: set for one transaction by the code that opens it.
CREATE FUNCTION viewer() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT nullif(current_setting('app.viewer', true), '')::uuid $$;

CREATE FUNCTION app_now() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT coalesce(nullif(current_setting('app.now', true), '')::timestamptz, now()) $$;

-- Limits and mandates count days where the office is.
CREATE FUNCTION app_today() RETURNS date LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT (app_now() AT TIME ZONE 'Asia/Shanghai')::date $$;

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation'; END $$;

CREATE TABLE accounts (
    id          uuid PRIMARY KEY,
    kind        text NOT NULL CHECK (kind IN ('person', 'business', 'officer')),
    handle      text UNIQUE,                    -- the demo cast's name in the log-in list; NULL for everybody else
    about       text NOT NULL DEFAULT '' CHECK (about = '' OR handle IS NOT NULL),  -- what that list says of her
    key_wrapped bytea NOT NULL,                 -- this person's data key under the master key; deleting it erases her
    name_sealed bytea NOT NULL,
    language    text NOT NULL DEFAULT 'zh-Hans',
    created_at  timestamptz NOT NULL DEFAULT app_now()
);

CREATE TABLE contacts (
    account_id   uuid NOT NULL REFERENCES accounts,
    kind         text NOT NULL CHECK (kind IN ('email', 'phone')),
    value_sealed bytea NOT NULL,
    value_blind  bytea NOT NULL,                -- keyed hash, for finding whose number this is
    verified_at  timestamptz,
    PRIMARY KEY (account_id, kind)
);
CREATE INDEX contacts_blind ON contacts (value_blind);

CREATE TABLE departments (
    id       text PRIMARY KEY,
    name     text NOT NULL,
    data     jsonb NOT NULL DEFAULT '{}'
);

CREATE TABLE officer_roles (
    account_id    uuid NOT NULL REFERENCES accounts,
    department_id text NOT NULL REFERENCES departments,
    role          text NOT NULL CHECK (role IN ('window', 'reviewer', 'approver', 'head', 'editor', 'legal', 'supervisor', 'auditor')),
    valid_from    date NOT NULL DEFAULT app_today(),
    valid_to      date,
    PRIMARY KEY (account_id, department_id, role)
);

-- A person's power to act for another (Civil Code art. 165: agent, matters, extent, period; art. 173: its end).
CREATE TABLE mandates (
    id           uuid PRIMARY KEY,
    principal_id uuid NOT NULL REFERENCES accounts,
    agent_id     uuid NOT NULL REFERENCES accounts,
    kind         text NOT NULL CHECK (kind IN ('entrusted', 'guardian', 'staff_assisted')),
    created_via  text NOT NULL CHECK (created_via IN ('self', 'sms', 'posted_code', 'counter_paper', 'family_qr')),
    items        text[],                        -- NULL: every item that allows an agent
    actions      text[] NOT NULL CHECK (actions <@ ARRAY['see','fill','submit','correct','pay','receive','use_certificates','rate'] AND cardinality(actions) > 0),
    consent      text NOT NULL,
    consent_hash bytea NOT NULL,                -- SHA-256 of the text she agreed to
    valid_from   date NOT NULL,
    valid_to     date NOT NULL,
    granted_at   timestamptz NOT NULL,
    ended_at     timestamptz,
    end_reason   text CHECK (end_reason IN ('revoked', 'renounced', 'done', 'death', 'incapacity', 'replaced')),
    CHECK (principal_id <> agent_id),
    CHECK (valid_to >= valid_from AND valid_to - valid_from <= 365),
    CHECK ((ended_at IS NULL) = (end_reason IS NULL))
);
-- What has ended stays ended (Civil Code art. 173); a new mandate is a new row.
CREATE FUNCTION ended_stays_ended() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN IF OLD.ended_at IS NOT NULL THEN RAISE EXCEPTION 'mandate % has ended', OLD.id USING ERRCODE = 'restrict_violation'; END IF; RETURN NEW; END $$;
CREATE TRIGGER mandates_end_once BEFORE UPDATE ON mandates FOR EACH ROW EXECUTE FUNCTION ended_stays_ended();
CREATE INDEX mandates_of_agent ON mandates (agent_id) WHERE ended_at IS NULL;
CREATE INDEX mandates_of_principal ON mandates (principal_id);

CREATE TABLE mandate_events (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    mandate_id uuid NOT NULL REFERENCES mandates,
    kind       text NOT NULL CHECK (kind IN ('granted', 'confirmed', 'used', 'refused', 'narrowed', 'renewed', 'revoked', 'expired')),
    actor_id   uuid REFERENCES accounts,
    at         timestamptz NOT NULL DEFAULT app_now(),
    data       jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX mandate_events_of ON mandate_events (mandate_id, id);
CREATE TRIGGER mandate_events_append_only BEFORE UPDATE OR DELETE ON mandate_events FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER mandate_events_no_truncate BEFORE TRUNCATE ON mandate_events EXECUTE FUNCTION refuse_change();

-- Whom the viewer may act for, in one matter (item NULL: in any), with one action. SECURITY DEFINER: it is what the policies stand on.
CREATE FUNCTION may_act(principal uuid, action text, item text) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT principal = viewer() OR EXISTS (
        SELECT 1 FROM mandates m
        WHERE m.principal_id = principal AND m.agent_id = viewer() AND m.ended_at IS NULL
          AND app_today() BETWEEN m.valid_from AND m.valid_to AND action = ANY(m.actions)
          AND (item IS NULL OR m.items IS NULL OR item = ANY(m.items)))
$$;

CREATE FUNCTION my_departments() RETURNS text[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT coalesce(array_agg(DISTINCT department_id), '{}') FROM officer_roles
    WHERE account_id = viewer() AND app_today() BETWEEN valid_from AND coalesce(valid_to, 'infinity'::date)
$$;

CREATE TABLE sessions (
    token_hash   bytea PRIMARY KEY,
    account_id   uuid NOT NULL REFERENCES accounts,
    principal_id uuid NOT NULL REFERENCES accounts,    -- whose affairs are on the screen: one at a time
    mandate_id   uuid REFERENCES mandates,
    created_at   timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    ended_at     timestamptz,
    CHECK ((account_id = principal_id) = (mandate_id IS NULL))
);
CREATE INDEX sessions_of ON sessions (account_id);

-- Opens a session for this transaction: says who looks and for whom. A mandate that has ended leaves her with herself.
CREATE FUNCTION open_session(token bytea, at timestamptz)
RETURNS TABLE (account_id uuid, principal_id uuid, mandate_id uuid, kind text, name_sealed bytea, key_wrapped bytea,
               principal_name_sealed bytea, principal_key_wrapped bytea, language text, roles text[], departments text[], mandate_lost boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE s sessions; live boolean;
BEGIN
    PERFORM set_config('app.now', at::text, true), set_config('app.viewer', '', true);
    SELECT * INTO s FROM sessions x WHERE x.token_hash = token AND x.ended_at IS NULL AND x.expires_at > at;
    IF NOT FOUND THEN RETURN; END IF;
    PERFORM set_config('app.viewer', s.account_id::text, true);
    live := s.mandate_id IS NULL OR EXISTS (
        SELECT 1 FROM mandates m WHERE m.id = s.mandate_id AND m.ended_at IS NULL AND app_today() BETWEEN m.valid_from AND m.valid_to);
    RETURN QUERY
        SELECT a.id, p.id, CASE WHEN live THEN s.mandate_id END, a.kind, a.name_sealed, a.key_wrapped, p.name_sealed, p.key_wrapped, a.language,
               coalesce((SELECT array_agg(DISTINCT r.role) FROM officer_roles r WHERE r.account_id = a.id
                         AND app_today() BETWEEN r.valid_from AND coalesce(r.valid_to, 'infinity'::date)), '{}'),
               my_departments(), NOT live
        FROM accounts a JOIN accounts p ON p.id = CASE WHEN live THEN s.principal_id ELSE s.account_id END
        WHERE a.id = s.account_id;
END $$;

CREATE TABLE parties (
    id           uuid PRIMARY KEY,
    principal_id uuid NOT NULL REFERENCES accounts,
    kind         text NOT NULL,                 -- person, business, flat, vehicle, bank_account … (the pack's kinds)
    is_self      boolean NOT NULL DEFAULT false,
    label_sealed bytea,
    created_at   timestamptz NOT NULL DEFAULT app_now()
);
CREATE UNIQUE INDEX one_self ON parties (principal_id) WHERE is_self;
CREATE INDEX parties_of ON parties (principal_id);

CREATE TABLE facts (
    party_id uuid NOT NULL REFERENCES parties,
    element  text NOT NULL,
    source   text NOT NULL,                     -- profile, register.population, certificate.…, case.…
    sealed   bytea NOT NULL,
    trust    text NOT NULL CHECK (trust IN ('A', 'B', 'C', 'D')),
    at       timestamptz NOT NULL,
    PRIMARY KEY (party_id, element, source)
);

-- Local registers: facts other authorities vouch for, found by the keyed hash of an identity number.
CREATE TABLE register_records (
    register text NOT NULL,
    subject  bytea NOT NULL,
    sealed   bytea NOT NULL,                    -- {element: value} under the registers' own key
    at       timestamptz NOT NULL,
    PRIMARY KEY (register, subject)
);

ALTER TABLE accounts ENABLE ROW LEVEL SECURITY;
ALTER TABLE contacts ENABLE ROW LEVEL SECURITY;
ALTER TABLE mandates ENABLE ROW LEVEL SECURITY;
ALTER TABLE mandate_events ENABLE ROW LEVEL SECURITY;
ALTER TABLE parties ENABLE ROW LEVEL SECURITY;
ALTER TABLE facts ENABLE ROW LEVEL SECURITY;
ALTER TABLE sessions ENABLE ROW LEVEL SECURITY;

CREATE POLICY own_account ON accounts TO suishouban_web USING (may_act(id, 'see', NULL)
    OR EXISTS (SELECT 1 FROM mandates m WHERE m.agent_id = accounts.id AND m.principal_id = viewer()));
CREATE POLICY own_contacts ON contacts TO suishouban_web USING (account_id = viewer());
CREATE POLICY mandate_seen ON mandates FOR SELECT TO suishouban_web USING (viewer() IN (principal_id, agent_id));
CREATE POLICY mandate_granted ON mandates FOR INSERT TO suishouban_web WITH CHECK (principal_id = viewer());
CREATE POLICY mandate_ended ON mandates FOR UPDATE TO suishouban_web USING (viewer() IN (principal_id, agent_id));
CREATE POLICY mandate_journal ON mandate_events TO suishouban_web
    USING (EXISTS (SELECT 1 FROM mandates m WHERE m.id = mandate_id AND viewer() IN (m.principal_id, m.agent_id)));
CREATE POLICY own_parties ON parties TO suishouban_web USING (may_act(principal_id, 'see', NULL)) WITH CHECK (may_act(principal_id, 'fill', NULL));
CREATE POLICY own_facts ON facts TO suishouban_web
    USING (EXISTS (SELECT 1 FROM parties p WHERE p.id = party_id AND may_act(p.principal_id, 'see', NULL)))
    WITH CHECK (EXISTS (SELECT 1 FROM parties p WHERE p.id = party_id AND may_act(p.principal_id, 'fill', NULL)));
CREATE POLICY own_sessions ON sessions TO suishouban_web USING (account_id = viewer()) WITH CHECK (account_id = viewer());

CREATE POLICY worker_all ON accounts TO suishouban_worker USING (true);
CREATE POLICY worker_all ON contacts TO suishouban_worker USING (true);
CREATE POLICY worker_all ON mandates TO suishouban_worker USING (true);
CREATE POLICY worker_all ON mandate_events TO suishouban_worker USING (true);
CREATE POLICY worker_all ON parties TO suishouban_worker USING (true);
CREATE POLICY worker_all ON facts TO suishouban_worker USING (true);
CREATE POLICY worker_all ON sessions TO suishouban_worker USING (true);

GRANT SELECT ON accounts, contacts, departments, officer_roles, mandates, mandate_events, parties, facts, register_records, sessions
    TO suishouban_web, suishouban_worker;
GRANT INSERT ON mandates, mandate_events, parties, facts, sessions TO suishouban_web, suishouban_worker;
GRANT INSERT ON mandate_events, register_records TO suishouban_worker;
GRANT UPDATE (ended_at, end_reason) ON mandates TO suishouban_web, suishouban_worker;
GRANT UPDATE (sealed, trust, at) ON facts TO suishouban_web, suishouban_worker;
GRANT UPDATE (label_sealed) ON parties TO suishouban_web;
GRANT UPDATE (ended_at, principal_id, mandate_id) ON sessions TO suishouban_web;
GRANT UPDATE (sealed, at) ON register_records TO suishouban_worker;

-- The demo cast has handles; nobody else does, so this shows nothing where there is no demo.
CREATE FUNCTION demo_cast() RETURNS TABLE (id uuid, handle text, about text, kind text, name_sealed bytea, key_wrapped bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS
$$ SELECT a.id, a.handle, a.about, a.kind, a.name_sealed, a.key_wrapped FROM accounts a WHERE a.handle IS NOT NULL ORDER BY a.created_at, a.handle $$;

-- Whose number this is, for granting a mandate to a family member one can name: id and sealed name, nothing else.
CREATE FUNCTION account_at(contact bytea) RETURNS TABLE (id uuid, name_sealed bytea, key_wrapped bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS
$$ SELECT a.id, a.name_sealed, a.key_wrapped FROM contacts c JOIN accounts a ON a.id = c.account_id
   WHERE c.value_blind = contact AND c.verified_at IS NOT NULL AND a.kind = 'person' $$;
