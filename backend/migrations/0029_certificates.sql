-- Certificates: issued by the platform on a grant, or taken from a register; signed, numbered by GB/T 36904, never changed. What changes
-- is only whether one holds.

CREATE SEQUENCE certificate_serial;

CREATE TABLE certificates (
    id            uuid PRIMARY KEY,
    number        text NOT NULL UNIQUE CHECK (number ~ '^1\.2\.156\.3005\.2\.[0-9A-Z]{21}\.[0-9A-Z]{18}\.[0-9A-Z]{1,32}\.[0-9]{3}\.[0-9A-Z]$'),
    type          text NOT NULL,                        -- a code of the pack's certificates.yaml
    department_id text NOT NULL REFERENCES departments, -- who issued it, and may suspend or revoke it
    holder_id     uuid NOT NULL REFERENCES accounts,    -- a person or a business
    party_id      uuid REFERENCES parties ON DELETE SET NULL,   -- what it is about; NULL: nothing that is kept here any more
    case_id       uuid UNIQUE REFERENCES cases,         -- on whose grant it was issued
    source        text NOT NULL CHECK (source IN ('issued', 'register')),
    sealed        bytea NOT NULL,                       -- the canonical JSON that was signed, under the holder's key
    digest        bytea NOT NULL CHECK (length(digest) = 32),   -- SHA-256 of that JSON
    signature     bytea NOT NULL CHECK (length(signature) = 64),-- Ed25519 over that JSON
    key_id        text NOT NULL,
    issued_at     timestamptz NOT NULL,
    valid_from    date NOT NULL,
    valid_until   date CHECK (valid_until >= valid_from),       -- the last day; NULL: for ever
    state         text NOT NULL DEFAULT 'valid' CHECK (state IN ('valid', 'suspended', 'revoked', 'replaced')),
    state_since   timestamptz NOT NULL,
    state_reason  text NOT NULL DEFAULT '' CHECK (length(state_reason) <= 500),
    replaces      uuid UNIQUE REFERENCES certificates,
    place         integer NOT NULL UNIQUE GENERATED ALWAYS AS IDENTITY (MINVALUE 0 START 0),  -- its bits in the status list
    token_hash    bytea NOT NULL UNIQUE,                -- of what the QR on its PDF leads to; the token itself is computed, never stored
    made_at       timestamptz,                          -- when its PDF was made
    sha256        bytea,                                -- of the PDF
    size          integer,
    store_key     text,                                 -- of the PDF, sealed under the holder's key
    told_until    date,                                 -- the last day she was reminded of
    CHECK ((source = 'issued') = (case_id IS NOT NULL)),
    CHECK (num_nulls(made_at, sha256, size, store_key) IN (0, 4)),
    CHECK (state IN ('valid', 'replaced') OR state_reason <> '')
);
CREATE INDEX certificates_of_holder ON certificates (holder_id, type);
CREATE INDEX certificates_ending ON certificates (valid_until) WHERE state = 'valid' AND valid_until IS NOT NULL;
CREATE INDEX certificates_digest ON certificates (digest);
CREATE INDEX certificates_not_valid ON certificates (place) WHERE state <> 'valid';

-- What is written never changes; whether it holds moves valid → suspended | revoked | replaced, suspended → valid | revoked.
-- The worker may seal the same words anew (the digest tells), lay down the PDF once, and forget what it was about.
CREATE FUNCTION certificate_stands() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    moving CONSTANT text[] := '{state,state_since,state_reason,sealed,party_id,made_at,sha256,size,store_key,told_until}';
BEGIN
    IF to_jsonb(NEW) - moving <> to_jsonb(OLD) - moving OR (NEW.party_id IS NOT NULL AND NEW.party_id IS DISTINCT FROM OLD.party_id)
       OR (OLD.made_at IS NOT NULL AND (NEW.made_at, NEW.sha256, NEW.size) IS DISTINCT FROM (OLD.made_at, OLD.sha256, OLD.size)) THEN
        RAISE EXCEPTION 'certificate % does not change', OLD.number USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (
           ('valid', 'suspended'), ('valid', 'revoked'), ('valid', 'replaced'), ('suspended', 'valid'), ('suspended', 'revoked'))
       OR NEW.state = OLD.state AND (NEW.state_since, NEW.state_reason) IS DISTINCT FROM (OLD.state_since, OLD.state_reason) THEN
        RAISE EXCEPTION 'a certificate does not go from % to %', OLD.state, NEW.state USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER certificates_stand BEFORE UPDATE ON certificates FOR EACH ROW EXECUTE FUNCTION certificate_stands();
CREATE TRIGGER certificates_no_delete BEFORE DELETE ON certificates FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER certificates_no_truncate BEFORE TRUNCATE ON certificates EXECUTE FUNCTION refuse_change();

-- Its history, written by the table itself.
CREATE TABLE certificate_changes (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    certificate_id uuid NOT NULL REFERENCES certificates,
    state          text NOT NULL,                       -- after the change; the first one: valid, when it was issued
    reason         text NOT NULL,
    actor_id       uuid REFERENCES accounts,            -- NULL: the machine
    at             timestamptz NOT NULL
);
CREATE INDEX certificate_changes_of ON certificate_changes (certificate_id, id);
CREATE TRIGGER certificate_changes_append_only BEFORE UPDATE OR DELETE ON certificate_changes FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER certificate_changes_no_truncate BEFORE TRUNCATE ON certificate_changes EXECUTE FUNCTION refuse_change();
CREATE FUNCTION keep_certificate_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    INSERT INTO certificate_changes (certificate_id, state, reason, actor_id, at)
    VALUES (NEW.id, NEW.state, NEW.state_reason, viewer(), NEW.state_since);
    RETURN NULL;
END $$;
CREATE TRIGGER certificates_begun AFTER INSERT ON certificates FOR EACH ROW EXECUTE FUNCTION keep_certificate_change();
CREATE TRIGGER certificates_moved AFTER UPDATE OF state ON certificates FOR EACH ROW
    WHEN (NEW.state <> OLD.state) EXECUTE FUNCTION keep_certificate_change();

-- The newer one takes the place of the older in the same transaction, of the same holder and type.
CREATE FUNCTION certificate_replaces() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    UPDATE certificates SET state = 'replaced', state_since = NEW.issued_at
    WHERE id = NEW.replaces AND state = 'valid' AND (holder_id, type) = (NEW.holder_id, NEW.type);
    IF NOT FOUND THEN
        RAISE EXCEPTION 'certificate % replaces none that holds', NEW.number USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER certificates_replace BEFORE INSERT ON certificates FOR EACH ROW WHEN (NEW.replaces IS NOT NULL) EXECUTE FUNCTION certificate_replaces();

-- A grant that is void takes its certificate along, whoever makes it void.
CREATE FUNCTION revoke_with_case() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    UPDATE certificates SET state = 'revoked', state_since = app_now(), state_reason = '批准它的决定作废了。'
    WHERE case_id = NEW.id AND state IN ('valid', 'suspended');
    RETURN NULL;
END $$;
CREATE TRIGGER cases_revoke_certificate AFTER UPDATE OF state ON cases FOR EACH ROW
    WHEN (NEW.state = 'void' AND OLD.state <> 'void') EXECUTE FUNCTION revoke_with_case();

-- Which types of certificates the things in a mandate can use: those that satisfy one of their materials, or vouch for something they ask.
ALTER TABLE item_scopes ADD COLUMN certificates text[] NOT NULL DEFAULT '{}';
CREATE OR REPLACE FUNCTION keep_item_scope() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    INSERT INTO item_scopes AS s (code, agent, kinds, elements, materials, certificates)
    SELECT i.code, coalesce((v.data->'item'->>'agent')::boolean, false),
           ARRAY(SELECT DISTINCT k FROM (
               SELECT coalesce(r.value->>'kind', r.value #>> '{}') FROM json_each(v.data->'item'->'roles') r
               UNION SELECT split_part(e, '.', 1) FROM json_object_keys(v.data->'elements') e
               UNION SELECT split_part(m, '.', 1) FROM json_object_keys(v.data->'materials') m) AS found(k) ORDER BY k),
           ARRAY(SELECT e FROM json_object_keys(v.data->'elements') e UNION SELECT 'pledge.' || m FROM json_object_keys(v.data->'materials') m ORDER BY 1),
           ARRAY(SELECT m FROM json_object_keys(v.data->'materials') m ORDER BY m),
           ARRAY(SELECT w->>'certificate' FROM json_each(v.data->'materials') m, json_array_elements(m.value->'satisfied_by') w WHERE w->>'certificate' IS NOT NULL
                 UNION SELECT t.key FROM packs p, json_each(p.data->'certificates') t, json_array_elements_text(coalesce(t.value->'facts', '[]')) f
                 WHERE p.id = v.pack_id AND f IN (SELECT e FROM json_object_keys(v.data->'elements') e) ORDER BY 1)
    FROM items i JOIN item_versions v ON (v.code, v.version) = (i.code, i.version)
    WHERE i.code = NEW.code AND i.kind = 'item'
    ON CONFLICT (code) DO UPDATE SET agent = excluded.agent, kinds = excluded.kinds, elements = excluded.elements, materials = excluded.materials,
                                     certificates = excluded.certificates;
    RETURN NULL;
END $$;
SET CONSTRAINTS ALL IMMEDIATE;
UPDATE items SET version = version WHERE kind = 'item' AND version IS NOT NULL;
SET CONSTRAINTS ALL IMMEDIATE;

-- Of whom an agent may use which types: within what the mandate says she may fill in, if it lets her use certificates at all.
CREATE FUNCTION my_certificate_types() RETURNS TABLE (holder_id uuid, type text) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT DISTINCT m.principal_id, t FROM mandates m
    JOIN item_scopes s ON s.code = ANY (m.items) OR (m.items IS NULL AND (s.agent OR m.kind IN ('guardian', 'representative'))), unnest(s.certificates) AS t
    WHERE m.agent_id = viewer() AND m.ended_at IS NULL AND app_today() BETWEEN m.valid_from AND m.valid_to AND 'use_certificates' = ANY (m.actions)
$$;
-- Whose place the viewer stands in by law: of a business she represents, of a ward. She sees all certificates there are.
CREATE FUNCTION my_wards() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT m.principal_id FROM mandates m WHERE m.agent_id = viewer() AND m.kind IN ('guardian', 'representative') AND m.ended_at IS NULL
    AND app_today() BETWEEN m.valid_from AND m.valid_to AND 'use_certificates' = ANY (m.actions)
$$;

-- What a new one of this type about this party will replace: told to whoever grants the case it is issued on.
CREATE FUNCTION certificate_before(granted uuid, of_type text, about uuid) RETURNS TABLE (id uuid, number text)
LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
    SELECT x.id, x.number FROM cases c JOIN certificates x ON x.holder_id = c.principal_id
    WHERE c.id = granted AND x.type = of_type AND x.party_id IS NOT DISTINCT FROM about AND x.state = 'valid' AND x.case_id IS DISTINCT FROM granted
      AND (viewer() IS NULL OR may_act(c.principal_id, 'see', c.item_code) OR c.department_id = ANY (my_departments()))
    ORDER BY x.issued_at DESC LIMIT 1 FOR UPDATE OF x
$$;

-- Officers find one by its whole number, at the department that issued it; they never leaf through them.
CREATE FUNCTION my_certificate_desks() RETURNS text[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT coalesce(array_agg(DISTINCT department_id), '{}') FROM officer_roles
    WHERE account_id = viewer() AND role IN ('approver', 'head') AND app_today() BETWEEN valid_from AND coalesce(valid_to, 'infinity'::date)
$$;
CREATE FUNCTION certificate_at_desk(wanted text) RETURNS TABLE (id uuid, number text, type text, department_id text, holder_id uuid, party_id uuid,
    case_id uuid, source text, sealed bytea, digest bytea, signature bytea, key_id text, issued_at timestamptz, valid_from date, valid_until date,
    state text, state_since timestamptz, state_reason text, replaces uuid, key_wrapped bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT x.id, x.number, x.type, x.department_id, x.holder_id, x.party_id, x.case_id, x.source, x.sealed, x.digest, x.signature, x.key_id, x.issued_at,
           x.valid_from, x.valid_until, x.state, x.state_since, x.state_reason, x.replaces,
           CASE WHEN a.erased_at IS NULL THEN a.key_wrapped ELSE r.key_wrapped END
    FROM certificates x JOIN accounts a ON a.id = x.holder_id LEFT JOIN archives r ON r.account_id = a.id
    WHERE x.number = wanted AND x.department_id = ANY (my_certificate_desks())
$$;
CREATE FUNCTION certificate_changes_at_desk(which uuid) RETURNS TABLE (state text, reason text, actor_id uuid, at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT h.state, h.reason, h.actor_id, h.at FROM certificate_changes h JOIN certificates x ON x.id = h.certificate_id
    WHERE x.id = which AND x.department_id = ANY (my_certificate_desks()) ORDER BY h.id
$$;
-- Whether it was moved; who may not, or whoever comes too late, moves nothing.
CREATE FUNCTION move_certificate(which uuid, before text, after text, why text) RETURNS boolean LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
    WITH moved AS (
        UPDATE certificates SET state = after, state_since = app_now(), state_reason = why
        WHERE id = which AND state = before AND department_id = ANY (my_certificate_desks()) RETURNING 1)
    SELECT EXISTS (SELECT 1 FROM moved)
$$;

-- What whoever holds the paper may know of it: nothing of a person.
CREATE FUNCTION certificate_at(token bytea) RETURNS TABLE (id uuid, type text, number text, department text, issued_at timestamptz, valid_from date,
    valid_until date, state text, state_since timestamptz, sha256 bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT x.id, x.type, x.number, d.name, x.issued_at, x.valid_from, x.valid_until, x.state, x.state_since, x.sha256
    FROM certificates x JOIN departments d ON d.id = x.department_id WHERE x.token_hash = token
$$;
-- For whoever was given the signed words themselves: whether they are those that were issued, and still hold.
CREATE FUNCTION certificate_said(words bytea) RETURNS TABLE (state text, valid_from date, valid_until date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT x.state, x.valid_from, x.valid_until FROM certificates x WHERE x.digest = words
$$;
-- The status list: how long it is, and which places are not valid.
CREATE FUNCTION certificate_statuses() RETURNS TABLE (place integer, state text) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT x.place, x.state FROM certificates x WHERE x.state <> 'valid'
    UNION ALL SELECT max(x.place), NULL FROM certificates x
$$;

ALTER TABLE certificates ENABLE ROW LEVEL SECURITY;
ALTER TABLE certificate_changes ENABLE ROW LEVEL SECURITY;
CREATE POLICY held ON certificates FOR SELECT TO suishouban_web
    USING (holder_id = viewer() OR holder_id IN (SELECT my_wards()) OR (holder_id, type) IN (SELECT t.holder_id, t.type FROM my_certificate_types() t));
-- What was issued on a case belongs to it, for whoever sees the case: the agent who filed it, the officers who granted it.
CREATE POLICY of_a_case_i_see ON certificates FOR SELECT TO suishouban_web
    USING (case_id IS NOT NULL AND EXISTS (SELECT 1 FROM cases c WHERE c.id = case_id));
CREATE POLICY issued_on_a_grant ON certificates FOR INSERT TO suishouban_web
    WITH CHECK (source = 'issued' AND state = 'valid' AND issued_at = app_now() AND EXISTS (
        SELECT 1 FROM cases c WHERE c.id = case_id AND c.principal_id = holder_id AND c.state = 'granted' AND c.decided_at = app_now()));
CREATE POLICY of_a_certificate_i_see ON certificate_changes FOR SELECT TO suishouban_web
    USING (EXISTS (SELECT 1 FROM certificates x WHERE x.id = certificate_id));
CREATE POLICY worker_all ON certificates TO suishouban_worker USING (true);
CREATE POLICY worker_all ON certificate_changes TO suishouban_worker USING (true);
GRANT USAGE ON SEQUENCE certificate_serial TO suishouban_web, suishouban_worker;
GRANT SELECT, INSERT ON certificates TO suishouban_web, suishouban_worker;
GRANT SELECT ON certificate_changes TO suishouban_web, suishouban_worker;
GRANT UPDATE (state, state_since, state_reason, sealed, made_at, sha256, size, store_key, told_until) ON certificates TO suishouban_worker;

-- The officer who suspends or revokes one that was taken from a register leaves its event, and reads back no other.
CREATE FUNCTION moved_certificate(certificate text, holder uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT EXISTS (SELECT 1 FROM certificates x WHERE x.id::text = certificate AND x.holder_id = holder AND x.department_id = ANY (my_certificate_desks()))
$$;
-- Which offices looked it up, for its holder.
CREATE INDEX events_of_certificate_looks ON events ((data->>'certificate'), id) WHERE kind = 'certificate_looked';
CREATE POLICY own_certificate_events ON events FOR SELECT TO suishouban_web USING (kind LIKE 'certificate\_%' AND actor_id = viewer());
CREATE POLICY certificate_events_made ON events FOR INSERT TO suishouban_web
    WITH CHECK (kind IN ('certificate_looked', 'certificate_suspended', 'certificate_resumed', 'certificate_revoked') AND actor_id = viewer()
                AND moved_certificate(data->>'certificate', principal_id));
