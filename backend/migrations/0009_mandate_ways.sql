-- More ways to give a mandate, the journal as a chain, and its limits.

-- The journal. Each line carries the hash of the one before it; the head says how long the chain is and how it ends.
ALTER TABLE mandate_events DROP CONSTRAINT mandate_events_kind_check;
ALTER TABLE mandate_events ADD CHECK (kind IN
    ('granted', 'confirmed', 'used', 'refused', 'narrowed', 'renewed', 'reminded', 'revoked', 'expired', 'ended'));
ALTER TABLE mandate_events ADD COLUMN n integer;
ALTER TABLE mandate_events ADD COLUMN hash bytea;
CREATE TABLE mandate_journals (
    mandate_id uuid PRIMARY KEY REFERENCES mandates,
    n          integer NOT NULL,
    hash       bytea NOT NULL
);

-- What a line is hashed from: the hash before it, then every column in one fixed way of writing.
CREATE FUNCTION journal_hash(before bytea, n integer, mandate uuid, kind text, actor uuid, at timestamptz, data jsonb)
RETURNS bytea LANGUAGE sql STABLE AS $$
    SELECT sha256(before || convert_to(jsonb_build_array(n, mandate, kind, actor,
                  to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), data)::text, 'UTF8'))
$$;

-- The head's row lock puts lines written at the same time one after the other.
CREATE FUNCTION chain_journal() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE head mandate_journals;
BEGIN
    INSERT INTO mandate_journals (mandate_id, n, hash) VALUES (NEW.mandate_id, 0, '') ON CONFLICT DO NOTHING;
    SELECT * INTO head FROM mandate_journals j WHERE j.mandate_id = NEW.mandate_id FOR UPDATE;
    NEW.n := head.n + 1;
    NEW.hash := journal_hash(head.hash, NEW.n, NEW.mandate_id, NEW.kind, NEW.actor_id, NEW.at, NEW.data);
    UPDATE mandate_journals SET n = NEW.n, hash = NEW.hash WHERE mandate_id = NEW.mandate_id;
    RETURN NEW;
END $$;

-- Lines from before there was a chain are chained as they stand.
ALTER TABLE mandate_events DISABLE TRIGGER mandate_events_append_only;
DO $$
DECLARE line record; head mandate_journals;
BEGIN
    FOR line IN SELECT * FROM mandate_events ORDER BY mandate_id, id LOOP
        IF head.mandate_id IS DISTINCT FROM line.mandate_id THEN
            head.mandate_id := line.mandate_id; head.n := 0; head.hash := '';
        END IF;
        head.n := head.n + 1;
        head.hash := journal_hash(head.hash, head.n, line.mandate_id, line.kind, line.actor_id, line.at, line.data);
        UPDATE mandate_events SET n = head.n, hash = head.hash WHERE id = line.id;
        INSERT INTO mandate_journals SELECT head.* ON CONFLICT (mandate_id) DO UPDATE SET n = excluded.n, hash = excluded.hash;
    END LOOP;
END $$;
-- What the rows above still wait to have checked must be done before the table changes.
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE mandate_events ENABLE TRIGGER mandate_events_append_only;
ALTER TABLE mandate_events ALTER COLUMN n SET NOT NULL, ALTER COLUMN hash SET NOT NULL;
DROP INDEX mandate_events_of;
CREATE INDEX mandate_events_of ON mandate_events (mandate_id, n);
CREATE TRIGGER mandate_events_chain BEFORE INSERT ON mandate_events FOR EACH ROW EXECUTE FUNCTION chain_journal();

-- The first line of each mandate that is not what was written, or stands where it was not written.
CREATE FUNCTION journal_faults() RETURNS TABLE (mandate_id uuid, place integer, event_id bigint, fault text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    WITH walked AS (
        SELECT e.*, row_number() OVER w AS place, lag(e.hash, 1, ''::bytea) OVER w AS before
        FROM mandate_events e WINDOW w AS (PARTITION BY e.mandate_id ORDER BY e.n, e.id)),
    lines AS (
        SELECT w.mandate_id, w.place::integer, w.id, CASE
                   WHEN w.n <> w.place THEN 'order'
                   WHEN w.hash <> journal_hash(w.before, w.n, w.mandate_id, w.kind, w.actor_id, w.at, w.data) THEN 'content' END AS fault
        FROM walked w),
    heads AS (
        SELECT coalesce(j.mandate_id, l.mandate_id), least(coalesce(j.n, 0), coalesce(l.n, 0)) + 1, NULL::bigint, 'end'
        FROM mandate_journals j
        FULL JOIN (SELECT DISTINCT ON (e.mandate_id) e.mandate_id, e.n, e.hash FROM mandate_events e ORDER BY e.mandate_id, e.n DESC) l
            ON l.mandate_id = j.mandate_id
        WHERE (j.n, j.hash) IS DISTINCT FROM (l.n, l.hash))
    SELECT DISTINCT ON (f.mandate_id) * FROM (
        SELECT * FROM lines l WHERE l.fault IS NOT NULL UNION ALL SELECT * FROM heads) f(mandate_id, place, event_id, fault)
    ORDER BY f.mandate_id, f.place
$$;
REVOKE EXECUTE ON FUNCTION journal_faults() FROM PUBLIC;
ALTER TABLE mandate_journals ENABLE ROW LEVEL SECURITY;

-- A mandate that is not one yet: nobody may act on it. Asked for by an agent (sms, posted_code), or held out by the principal (family_qr).
CREATE TABLE mandate_requests (
    id           uuid PRIMARY KEY,
    way          text NOT NULL CHECK (way IN ('sms', 'posted_code', 'family_qr')),
    principal_id uuid REFERENCES accounts,      -- NULL: nobody is known by that name and number, and nobody is told so
    agent_id     uuid REFERENCES accounts,      -- NULL: whoever of this name brings the code
    agent_blind  bytea,                         -- keyed hash of that name
    items        text[],
    matters      text NOT NULL,                 -- their names, as the words have them
    consent      text NOT NULL,                 -- the very words
    code_hash    bytea NOT NULL,
    code_sealed  bytea,                         -- until it is sent or printed
    valid_from   date NOT NULL,
    valid_to     date NOT NULL,
    asked_at     timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    state        text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'agreed', 'refused', 'withdrawn')),
    answered_at  timestamptz,
    mandate_id   uuid REFERENCES mandates,
    CHECK (valid_to >= valid_from AND valid_to - valid_from <= 365),
    CHECK (expires_at <= asked_at + CASE way WHEN 'sms' THEN interval '3 days' WHEN 'posted_code' THEN interval '30 days' ELSE interval '5 minutes' END),
    CHECK ((way = 'family_qr') = (agent_id IS NULL AND agent_blind IS NOT NULL AND principal_id IS NOT NULL) OR state = 'agreed'),
    CHECK ((state = 'pending') = (answered_at IS NULL)),
    CHECK ((state = 'agreed') = (mandate_id IS NOT NULL)),
    CHECK (principal_id <> agent_id)
);
CREATE UNIQUE INDEX one_request_a_code ON mandate_requests (code_hash) WHERE way <> 'sms';
CREATE INDEX requests_to ON mandate_requests (principal_id) WHERE state = 'pending';
CREATE INDEX requests_by ON mandate_requests (agent_id) WHERE state = 'pending';
ALTER TABLE mandate_requests ENABLE ROW LEVEL SECURITY;
CREATE POLICY request_seen ON mandate_requests FOR SELECT TO suishouban_web USING (viewer() IN (principal_id, agent_id));
CREATE POLICY request_made ON mandate_requests FOR INSERT TO suishouban_web
    WITH CHECK (state = 'pending' AND viewer() = CASE way WHEN 'family_qr' THEN principal_id ELSE agent_id END);
CREATE POLICY request_answered ON mandate_requests FOR UPDATE TO suishouban_web USING (viewer() IN (principal_id, agent_id))
    WITH CHECK (viewer() = principal_id OR state = 'withdrawn');
CREATE POLICY worker_all ON mandate_requests TO suishouban_worker USING (true);
GRANT SELECT, INSERT ON mandate_requests TO suishouban_web;
GRANT UPDATE (state, answered_at, mandate_id) ON mandate_requests TO suishouban_web;
GRANT SELECT ON mandate_requests TO suishouban_worker;
GRANT UPDATE (state, answered_at, mandate_id, code_sealed) ON mandate_requests TO suishouban_worker;

-- Who brings the right code has what the principal agreed to when she made it or when the letter was written: once, in time, under that name.
CREATE FUNCTION bring_mandate_code(code bytea, name bytea) RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE asked mandate_requests; given uuid := gen_random_uuid();
BEGIN
    SELECT * INTO asked FROM mandate_requests r
    WHERE r.code_hash = code AND r.way <> 'sms' AND r.state = 'pending' AND r.expires_at > app_now() AND r.principal_id <> viewer()
      AND (r.agent_id = viewer() OR r.agent_blind = name) FOR UPDATE;
    IF NOT FOUND THEN RETURN NULL; END IF;
    INSERT INTO mandates (id, principal_id, agent_id, kind, created_via, items, actions, consent, consent_hash, valid_from, valid_to, granted_at)
    VALUES (given, asked.principal_id, viewer(), 'entrusted', asked.way, asked.items,
            '{see,fill,submit,correct,pay,receive,use_certificates,rate}', asked.consent, sha256(convert_to(asked.consent, 'UTF8')),
            asked.valid_from, asked.valid_to, app_now());
    UPDATE mandate_requests SET state = 'agreed', answered_at = app_now(), agent_id = viewer(), mandate_id = given WHERE id = asked.id;
    RETURN given;
END $$;

-- What came in by text message, once each: the gateway's own reference. The web process only lays it down, the worker reads it.
CREATE TABLE inbound_texts (
    reference   text PRIMARY KEY CHECK (length(reference) BETWEEN 1 AND 100),
    sealed      bytea NOT NULL,                 -- {from, text} under the system's key
    received_at timestamptz NOT NULL,
    done_at     timestamptz
);
GRANT INSERT ON inbound_texts TO suishouban_web;
GRANT SELECT, DELETE ON inbound_texts TO suishouban_worker;
GRANT UPDATE (done_at) ON inbound_texts TO suishouban_worker;

-- Letters to be printed. Sealed whole: address and words are for the one who folds them.
CREATE TABLE letters (
    id         uuid PRIMARY KEY,
    person_id  uuid NOT NULL REFERENCES accounts,
    request_id uuid UNIQUE REFERENCES mandate_requests,
    sealed     bytea NOT NULL,                  -- {name, address, paragraphs}
    state      text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'printed')),
    queued_at  timestamptz NOT NULL,
    printed_at timestamptz,
    CHECK ((state = 'printed') = (printed_at IS NOT NULL))
);
CREATE INDEX letters_queued ON letters (queued_at) WHERE state = 'queued';
GRANT SELECT, INSERT ON letters TO suishouban_worker;
GRANT UPDATE (state, printed_at, sealed) ON letters TO suishouban_worker;

-- One private person acts for at most five others at a time; two grants at once wait for each other.
CREATE FUNCTION five_principals() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('agent:' || NEW.agent_id, 0));
    IF (SELECT count(DISTINCT m.principal_id) FROM mandates m WHERE m.agent_id = NEW.agent_id AND m.kind = 'entrusted'
        AND m.principal_id <> NEW.principal_id AND m.ended_at IS NULL AND m.valid_to >= app_today()) >= 5 THEN
        RAISE EXCEPTION 'agent acts for five already' USING ERRCODE = 'check_violation', CONSTRAINT = 'five_principals';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER mandates_five_principals BEFORE INSERT ON mandates
    FOR EACH ROW WHEN (NEW.kind = 'entrusted') EXECUTE FUNCTION five_principals();

-- Whoever watches a case of hers looks again at once: the agent's stream then finds that she may not see it any more.
CREATE FUNCTION tell_mandate_ended() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    PERFORM pg_notify('case_events', c.id::text) FROM cases c WHERE c.principal_id = NEW.principal_id;
    RETURN NULL;
END $$;
CREATE TRIGGER mandates_tell_ended AFTER UPDATE OF ended_at ON mandates
    FOR EACH ROW WHEN (NEW.ended_at IS NOT NULL) EXECUTE FUNCTION tell_mandate_ended();
