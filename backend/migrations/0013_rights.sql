-- What a person agreed to, what she may take away with her, and how she is forgotten.

-- The very words that were shown, once each.
CREATE TABLE consent_texts (
    hash  bytea PRIMARY KEY,
    words text NOT NULL,
    CHECK (hash = sha256(convert_to(words, 'UTF8')))
);
CREATE TRIGGER consent_texts_append_only BEFORE UPDATE OR DELETE ON consent_texts FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- One row each time somebody agreed; withdrawn once, never changed otherwise, never deleted: it proves what was allowed when.
CREATE TABLE consents (
    id           uuid PRIMARY KEY,
    account_id   uuid NOT NULL REFERENCES accounts,     -- whose data
    purpose      text NOT NULL CHECK (purpose IN ('platform', 'sensitive', 'prefill', 'push', 'sms')),
    version      integer NOT NULL CHECK (version > 0),
    language     text NOT NULL CHECK (language IN ('zh-Hans', 'zh-Hant', 'en')),
    text_hash    bytea NOT NULL REFERENCES consent_texts,
    given_by     uuid NOT NULL REFERENCES accounts,     -- herself, an agent or a guardian
    mandate_id   uuid REFERENCES mandates,              -- under which somebody else gave it
    given_at     timestamptz NOT NULL,
    withdrawn_at timestamptz CHECK (withdrawn_at >= given_at),
    withdrawn_by uuid REFERENCES accounts,
    CHECK ((given_by = account_id) = (mandate_id IS NULL)),
    CHECK ((withdrawn_at IS NULL) = (withdrawn_by IS NULL))
);
CREATE UNIQUE INDEX one_consent_in_force ON consents (account_id, purpose, version) WHERE withdrawn_at IS NULL;

CREATE FUNCTION consent_stands() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF OLD.withdrawn_at IS NOT NULL OR to_jsonb(NEW) - '{withdrawn_at,withdrawn_by}'::text[] <> to_jsonb(OLD) - '{withdrawn_at,withdrawn_by}'::text[] THEN
        RAISE EXCEPTION 'a consent is only ever withdrawn, once' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER consents_stand BEFORE UPDATE ON consents FOR EACH ROW EXECUTE FUNCTION consent_stands();
CREATE TRIGGER consents_no_delete BEFORE DELETE ON consents FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER consents_no_truncate BEFORE TRUNCATE ON consents EXECUTE FUNCTION refuse_change();

-- Without the consent there are no addresses abroad to send anything to.
CREATE FUNCTION push_ends_with_consent() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$ BEGIN
    DELETE FROM push_subscriptions WHERE account_id = NEW.account_id;
    RETURN NULL;
END $$;
CREATE TRIGGER consents_push AFTER UPDATE OF withdrawn_at ON consents
    FOR EACH ROW WHEN (NEW.purpose = 'push' AND NEW.withdrawn_at IS NOT NULL) EXECUTE FUNCTION push_ends_with_consent();

-- The newest version of a consent that is in force; 0: none. Only persons are asked. Her agents must know it too.
CREATE FUNCTION consented(account uuid, for_purpose text) RETURNS integer LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT CASE WHEN (SELECT a.kind FROM accounts a WHERE a.id = account) <> 'person' THEN 2147483647
           ELSE coalesce((SELECT max(c.version) FROM consents c
                          WHERE c.account_id = account AND c.purpose = for_purpose AND c.withdrawn_at IS NULL), 0) END
    WHERE viewer() IS NULL OR may_act(account, 'see', NULL)
$$;

ALTER TABLE consents ENABLE ROW LEVEL SECURITY;
CREATE POLICY consent_seen ON consents FOR SELECT TO suishouban_web USING (account_id = viewer());
CREATE POLICY consent_given ON consents FOR INSERT TO suishouban_web
    WITH CHECK (given_by = viewer() AND may_act(account_id, 'submit', NULL));
CREATE POLICY consent_withdrawn ON consents FOR UPDATE TO suishouban_web USING (account_id = viewer());
CREATE POLICY worker_all ON consents TO suishouban_worker USING (true);
GRANT SELECT, INSERT ON consent_texts, consents TO suishouban_web;
GRANT UPDATE (withdrawn_at, withdrawn_by) ON consents TO suishouban_web;
GRANT SELECT ON consent_texts, consents TO suishouban_worker;

-- All her data in one sealed file, for seven days.
CREATE TABLE exports (
    id         uuid PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES accounts,
    asked_at   timestamptz NOT NULL,
    ready_at   timestamptz,
    expires_at timestamptz CHECK (expires_at <= ready_at + interval '7 days'),
    store_key  text,                            -- NULL: being made, or gone again
    size       bigint,
    gone_at    timestamptz,
    CHECK ((ready_at IS NULL) = (expires_at IS NULL) AND (ready_at IS NULL) = (size IS NULL)),
    CHECK ((store_key IS NOT NULL) = (ready_at IS NOT NULL AND gone_at IS NULL))
);
CREATE UNIQUE INDEX one_export_being_made ON exports (account_id) WHERE ready_at IS NULL;
CREATE INDEX exports_kept ON exports (expires_at) WHERE store_key IS NOT NULL;

-- She wants to be forgotten. Seven days to change her mind, then the worker does it.
CREATE TABLE erasures (
    id           uuid PRIMARY KEY,
    account_id   uuid NOT NULL REFERENCES accounts,
    asked_at     timestamptz NOT NULL,
    due_at       timestamptz NOT NULL CHECK (due_at >= asked_at + interval '7 days'),
    cancelled_at timestamptz,
    done_at      timestamptz CHECK (done_at >= due_at),
    CHECK (cancelled_at IS NULL OR done_at IS NULL)
);
CREATE UNIQUE INDEX one_erasure ON erasures (account_id) WHERE cancelled_at IS NULL;

-- What the office must keep of somebody who is forgotten, under a key of its own that is destroyed when the time is over.
CREATE TABLE archives (
    account_id  uuid PRIMARY KEY REFERENCES accounts,
    key_wrapped bytea,
    sealed      bytea NOT NULL,                 -- {name, mandates: {id: the words}} under that key
    made_at     timestamptz NOT NULL,
    kept_until  date NOT NULL
);
ALTER TABLE accounts ADD COLUMN erased_at timestamptz;

ALTER TABLE exports ENABLE ROW LEVEL SECURITY;
ALTER TABLE erasures ENABLE ROW LEVEL SECURITY;
ALTER TABLE archives ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_exports ON exports TO suishouban_web USING (account_id = viewer()) WITH CHECK (account_id = viewer());
CREATE POLICY own_erasures ON erasures TO suishouban_web USING (account_id = viewer()) WITH CHECK (account_id = viewer());
CREATE POLICY archive_of_my_cases ON archives FOR SELECT TO suishouban_web
    USING (EXISTS (SELECT 1 FROM cases c WHERE c.principal_id = archives.account_id AND c.department_id = ANY ((SELECT my_departments())::text[])));
CREATE POLICY worker_all ON exports TO suishouban_worker USING (true);
CREATE POLICY worker_all ON erasures TO suishouban_worker USING (true);
CREATE POLICY worker_all ON archives TO suishouban_worker USING (true);
GRANT SELECT, INSERT ON exports, erasures TO suishouban_web;
GRANT UPDATE (cancelled_at) ON erasures TO suishouban_web;
GRANT SELECT ON archives TO suishouban_web;
GRANT SELECT ON exports, erasures TO suishouban_worker;
GRANT UPDATE (ready_at, expires_at, store_key, size, gone_at) ON exports TO suishouban_worker;
GRANT UPDATE (cancelled_at, done_at) ON erasures TO suishouban_worker;
GRANT SELECT, INSERT ON archives TO suishouban_worker;
GRANT UPDATE (key_wrapped) ON archives TO suishouban_worker;

-- The worker reads what an export tells of, and deletes what an erasure deletes.
CREATE POLICY worker_all ON passkeys TO suishouban_worker USING (true);
CREATE POLICY worker_all ON identities TO suishouban_worker USING (true);
CREATE POLICY worker_all ON idempotency_keys TO suishouban_worker USING (true);
GRANT SELECT ON passkeys, identities, idempotency_keys TO suishouban_worker;
GRANT DELETE ON contacts, parties, facts, carts, cart_lines, answers, cart_materials, files, sessions, passkeys, identities, push_subscriptions,
    notices, contact_alarms, letters, mandate_requests, idempotency_keys, exports TO suishouban_worker;
GRANT UPDATE (key_wrapped, name_sealed, handle, about, erased_at) ON accounts TO suishouban_worker;
GRANT UPDATE (facts_sealed) ON cases TO suishouban_worker;
GRANT UPDATE (store_key, name_sealed) ON files TO suishouban_worker;

-- Who stops signing in by the provider takes the link away; another way in must remain.
GRANT DELETE ON identities TO suishouban_web;
CREATE FUNCTION one_way_in_remains() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$ BEGIN
    IF NOT EXISTS (SELECT 1 FROM passkeys p WHERE p.account_id = OLD.account_id)
       AND NOT EXISTS (SELECT 1 FROM contacts c WHERE c.account_id = OLD.account_id AND c.verified_at IS NOT NULL)
       AND NOT EXISTS (SELECT 1 FROM accounts a WHERE a.id = OLD.account_id AND a.erased_at IS NOT NULL) THEN
        RAISE EXCEPTION 'no other way to sign in' USING ERRCODE = 'check_violation', CONSTRAINT = 'one_way_in_remains';
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER identities_leave_a_way BEFORE DELETE ON identities FOR EACH ROW EXECUTE FUNCTION one_way_in_remains();
