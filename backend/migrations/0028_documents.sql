-- Documents an office issues on a case, the words they are made from, and the seal of the event log.

-- How an office words its documents. Where it has none of its own, the city's pack says it.
CREATE TABLE document_wordings (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    department_id text NOT NULL REFERENCES departments,
    kind          text NOT NULL,
    version       integer NOT NULL CHECK (version > 0),
    state         text NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'checked', 'published', 'replaced')),
    revision      integer NOT NULL DEFAULT 1,   -- counts every change: a page from before one is refused
    title         text NOT NULL CHECK (length(title) BETWEEN 1 AND 60),
    body          text NOT NULL CHECK (length(body) BETWEEN 1 AND 8000),
    authors       uuid[] NOT NULL CHECK (cardinality(authors) > 0),     -- everybody who wrote in it
    checked_by    uuid REFERENCES accounts,
    changed_at    timestamptz NOT NULL DEFAULT app_now(),
    published_at  timestamptz,
    UNIQUE (department_id, kind, version),
    CONSTRAINT never_the_author CHECK (NOT coalesce(checked_by = ANY (authors), false)),
    CHECK ((state = 'draft') = (checked_by IS NULL)),
    CHECK ((state IN ('published', 'replaced')) = (published_at IS NOT NULL))
);
CREATE UNIQUE INDEX one_wording_in_work ON document_wordings (department_id, kind) WHERE state IN ('draft', 'checked');
CREATE UNIQUE INDEX one_wording_in_force ON document_wordings (department_id, kind) WHERE state = 'published';

-- Draft → checked by somebody else → published → replaced; what was checked is changed only by beginning anew as a draft.
CREATE FUNCTION wording_moves() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF (OLD.state, NEW.state) NOT IN (('draft', 'draft'), ('draft', 'checked'), ('checked', 'draft'), ('checked', 'published'), ('published', 'replaced'))
       OR (NEW.department_id, NEW.kind, NEW.version) <> (OLD.department_id, OLD.kind, OLD.version)
       OR (NEW.state <> 'draft' AND (NEW.title, NEW.body, NEW.authors) IS DISTINCT FROM (OLD.title, OLD.body, OLD.authors))
       OR NOT NEW.authors @> OLD.authors THEN
        RAISE EXCEPTION 'no change leads from % to %', OLD.state, NEW.state USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER document_wordings_move BEFORE UPDATE ON document_wordings FOR EACH ROW EXECUTE FUNCTION wording_moves();
CREATE TRIGGER document_wordings_no_delete BEFORE DELETE ON document_wordings FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER document_wordings_no_truncate BEFORE TRUNCATE ON document_wordings EXECUTE FUNCTION refuse_change();

-- The last number of an office, kind and year. Counted up in the transaction that writes the document: no number is lost or given twice.
CREATE TABLE document_serials (
    department_id text NOT NULL REFERENCES departments,
    kind          text NOT NULL,
    year          integer NOT NULL,
    last          integer NOT NULL CHECK (last > 0),
    PRIMARY KEY (department_id, kind, year)
);

-- One document of a kind an event, however often the job runs. Numbered first, printed and signed outside any transaction, then made.
CREATE TABLE documents (
    id            uuid PRIMARY KEY,
    case_id       uuid NOT NULL REFERENCES cases,
    event_id      bigint NOT NULL REFERENCES events,
    department_id text NOT NULL REFERENCES departments,
    kind          text NOT NULL,
    year          integer NOT NULL,
    serial        integer NOT NULL CHECK (serial > 0),
    number        text NOT NULL UNIQUE,
    title         text NOT NULL,
    dated         date NOT NULL,
    wording_id    bigint REFERENCES document_wordings,  -- NULL: the city's own words
    token_hash    bytea NOT NULL UNIQUE,                -- of what its QR leads to; the token itself is computed, never stored
    numbered_at   timestamptz NOT NULL,
    made_at       timestamptz,
    sha256        bytea,                                -- of the PDF as everybody gets it
    size          integer,
    store_key     text,                                 -- sealed under the principal's key
    UNIQUE (event_id, kind),
    UNIQUE (department_id, kind, year, serial),
    CHECK (num_nulls(made_at, sha256, size, store_key) IN (0, 4))
);
CREATE INDEX documents_of_case ON documents (case_id);
CREATE INDEX documents_unmade ON documents (numbered_at) WHERE made_at IS NULL;

-- Made once. Afterwards only the place of its bytes may change, when they are sealed anew for the archive.
CREATE FUNCTION document_stands() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF to_jsonb(NEW) - '{made_at,sha256,size,store_key}'::text[] <> to_jsonb(OLD) - '{made_at,sha256,size,store_key}'::text[]
       OR (OLD.made_at IS NOT NULL AND (NEW.made_at, NEW.sha256, NEW.size) IS DISTINCT FROM (OLD.made_at, OLD.sha256, OLD.size)) THEN
        RAISE EXCEPTION 'a document is made once' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER documents_stand BEFORE UPDATE ON documents FOR EACH ROW EXECUTE FUNCTION document_stands();
CREATE TRIGGER documents_no_delete BEFORE DELETE ON documents FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER documents_no_truncate BEFORE TRUNCATE ON documents EXECUTE FUNCTION refuse_change();

-- Whether a document still says what holds: void with its case, replaced by the second correction notice.
CREATE FUNCTION standing_of(paper documents) RETURNS text LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT CASE
        WHEN EXISTS (SELECT 1 FROM events e WHERE e.case_id = paper.case_id AND e.kind = 'voided' AND e.id > paper.event_id) THEN 'void'
        WHEN paper.kind = 'correction_notice' AND EXISTS (
            SELECT 1 FROM events e WHERE e.case_id = paper.case_id AND e.kind = 'correction_asked_again' AND e.id > paper.event_id) THEN 'replaced'
        ELSE 'valid' END
$$;
REVOKE EXECUTE ON FUNCTION standing_of(documents) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION standing_of(documents) TO suishouban_web, suishouban_worker;

-- What whoever holds the paper may know of it: nothing of a person.
CREATE FUNCTION document_at(token bytea)
RETURNS TABLE (kind text, title text, number text, department text, dated date, standing text, sha256 bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT x.kind, x.title, x.number, d.name, x.dated, standing_of(x), x.sha256
    FROM documents x JOIN departments d ON d.id = x.department_id WHERE x.token_hash = token AND x.made_at IS NOT NULL
$$;
REVOKE EXECUTE ON FUNCTION document_at(bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION document_at(bytea) TO suishouban_web;

ALTER TABLE document_wordings ENABLE ROW LEVEL SECURITY;
ALTER TABLE document_serials ENABLE ROW LEVEL SECURITY;
ALTER TABLE documents ENABLE ROW LEVEL SECURITY;
CREATE POLICY worded_here ON document_wordings TO suishouban_web
    USING (department_id = ANY ((SELECT my_catalogues())::text[])) WITH CHECK (department_id = ANY ((SELECT my_catalogues())::text[]));
CREATE POLICY of_a_case_i_see ON documents FOR SELECT TO suishouban_web USING (EXISTS (SELECT 1 FROM cases c WHERE c.id = case_id));
CREATE POLICY worker_all ON document_wordings TO suishouban_worker USING (true);
CREATE POLICY worker_all ON document_serials TO suishouban_worker USING (true);
CREATE POLICY worker_all ON documents TO suishouban_worker USING (true);
GRANT SELECT, INSERT ON document_wordings TO suishouban_web;
GRANT UPDATE (state, revision, title, body, authors, checked_by, changed_at, published_at) ON document_wordings TO suishouban_web;
GRANT SELECT ON documents TO suishouban_web;
GRANT SELECT ON document_wordings TO suishouban_worker;
GRANT SELECT, INSERT, UPDATE ON document_serials TO suishouban_worker;
GRANT SELECT, INSERT ON documents TO suishouban_worker;
GRANT UPDATE (made_at, sha256, size, store_key) ON documents TO suishouban_worker;

-- The sweep looks for what has no document yet, among the days it may still come from: costs filing next to nothing.
CREATE INDEX events_at ON events USING brin (at);

-- The seal of the event log: one chain an office ('' for what belongs to none), laid by the worker every minute over what is committed
-- (docs/decisions/0012). A filing never waits for it.
CREATE TABLE event_seals (
    event_id bigint PRIMARY KEY,        -- no foreign key: a seal outlives the event somebody took away, and tells
    office   text NOT NULL,
    n        bigint NOT NULL,
    hash     bytea NOT NULL,
    UNIQUE (office, n)
);
CREATE TRIGGER event_seals_append_only BEFORE UPDATE OR DELETE ON event_seals FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER event_seals_no_truncate BEFORE TRUNCATE ON event_seals EXECUTE FUNCTION refuse_change();

-- The end of each chain.
CREATE TABLE event_chains (
    office text PRIMARY KEY,
    n      bigint NOT NULL,
    hash   bytea NOT NULL
);
-- Events up to `event_id` are looked at no more. It follows `next_id`, the newest event at `at`, when an hour has passed: no transaction
-- that could still bring an earlier one lives that long (statements and idle ones are cut off after seconds).
CREATE TABLE event_watermark (
    one      boolean PRIMARY KEY DEFAULT true CHECK (one),
    event_id bigint NOT NULL,
    next_id  bigint NOT NULL,
    at       timestamptz NOT NULL
);
INSERT INTO event_watermark (event_id, next_id, at) VALUES (0, 0, '-infinity');

-- What an event is hashed from: the hash before it, then every column in one fixed way of writing; its data by their own hash.
CREATE FUNCTION event_hash(before bytea, n bigint, e events) RETURNS bytea LANGUAGE sql STABLE AS $$
    SELECT sha256(before || convert_to(jsonb_build_array(n, e.id, e.case_id, e.order_id, e.principal_id, e.department_id, e.kind, e.actor_kind,
                  e.actor_id, e.mandate_id, to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), e.public,
                  encode(sha256(convert_to(e.data::text, 'UTF8')), 'hex'))::text, 'UTF8'))
$$;

-- Seals up to `most` events, oldest first, office by office; whoever comes at the same time waits. Returns how many.
CREATE FUNCTION seal_events(most integer) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    e      events;
    chain  event_chains;
    mark   event_watermark;
    sealed integer := 0;
BEGIN
    SELECT * INTO mark FROM event_watermark FOR UPDATE;
    FOR e IN SELECT y.* FROM (
                 SELECT x.* FROM events x LEFT JOIN event_seals s ON s.event_id = x.id AND s.event_id > mark.event_id
                 WHERE x.id > mark.event_id AND s.event_id IS NULL ORDER BY x.id LIMIT most) y
             ORDER BY coalesce(y.department_id, ''), y.id LOOP
        IF chain.office IS DISTINCT FROM coalesce(e.department_id, '') THEN
            PERFORM end_chain(chain);
            SELECT * INTO chain FROM event_chains c WHERE c.office = coalesce(e.department_id, '');
            IF NOT FOUND THEN
                chain := (coalesce(e.department_id, ''), 0, ''::bytea);
            END IF;
        END IF;
        chain.n := chain.n + 1;
        chain.hash := event_hash(chain.hash, chain.n, e);
        INSERT INTO event_seals (event_id, office, n, hash) VALUES (e.id, chain.office, chain.n, chain.hash);
        sealed := sealed + 1;
    END LOOP;
    PERFORM end_chain(chain);
    IF sealed < most AND mark.at < now() - interval '1 hour' THEN
        UPDATE event_watermark SET event_id = next_id, next_id = coalesce((SELECT max(x.id) FROM events x), 0), at = now();
    END IF;
    RETURN sealed;
END $$;
CREATE FUNCTION end_chain(chain event_chains) RETURNS void LANGUAGE sql SET search_path = public AS $$
    INSERT INTO event_chains SELECT chain.* WHERE chain.office IS NOT NULL ON CONFLICT (office) DO UPDATE SET n = excluded.n, hash = excluded.hash
$$;
REVOKE EXECUTE ON FUNCTION end_chain(event_chains) FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION seal_events(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION seal_events(integer) TO suishouban_worker;

-- For the worker, who writes them down outside the database.
CREATE FUNCTION chain_heads() RETURNS SETOF event_chains LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS
$$ SELECT * FROM event_chains ORDER BY office $$;
REVOKE EXECUTE ON FUNCTION chain_heads() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION chain_heads() TO suishouban_worker;

-- As the owner: the first row of each chain that is not as it was sealed. `fault`: content (altered), missing (taken away), order (a line is
-- missing or added), added (put in among sealed ones, or its seal taken away), end (the last lines are missing or were added).
CREATE FUNCTION audit_faults(only_office text DEFAULT NULL) RETURNS TABLE (office text, place bigint, event_id bigint, fault text)
LANGUAGE sql STABLE SET search_path = public AS $$
    WITH walked AS (
        SELECT s.*, row_number() OVER w AS place, lag(s.hash, 1, ''::bytea) OVER w AS before
        FROM event_seals s WHERE only_office IS NULL OR s.office = only_office WINDOW w AS (PARTITION BY s.office ORDER BY s.n)),
    lines AS (
        SELECT w.office, w.place, w.event_id, CASE
                   WHEN w.n <> w.place THEN 'order'
                   WHEN e.id IS NULL THEN 'missing'
                   WHEN w.hash <> event_hash(w.before, w.n, e) THEN 'content' END AS fault
        FROM walked w LEFT JOIN events e ON e.id = w.event_id),
    added AS (
        SELECT coalesce(x.department_id, '') AS office,
               coalesce((SELECT min(s.n) FROM event_seals s WHERE s.office = coalesce(x.department_id, '') AND s.event_id > x.id), 1) AS place,
               x.id, 'added' AS fault
        FROM events x LEFT JOIN event_seals s ON s.event_id = x.id
        WHERE s.event_id IS NULL AND x.id <= (SELECT m.event_id FROM event_watermark m)
          AND (only_office IS NULL OR coalesce(x.department_id, '') = only_office)),
    ends AS (
        SELECT coalesce(c.office, l.office), least(coalesce(c.n, 0), coalesce(l.n, 0)) + 1, NULL::bigint, 'end'
        FROM event_chains c
        FULL JOIN (SELECT DISTINCT ON (w.office) w.office, w.n, w.hash FROM walked w ORDER BY w.office, w.n DESC) l ON l.office = c.office
        WHERE (only_office IS NULL OR c.office = only_office) AND (c.n, c.hash) IS DISTINCT FROM (l.n, l.hash))
    SELECT DISTINCT ON (f.office) f.* FROM (
        SELECT * FROM lines l WHERE l.fault IS NOT NULL UNION ALL SELECT * FROM added UNION ALL SELECT * FROM ends) f(office, place, event_id, fault)
    ORDER BY f.office, f.place, f.fault
$$;
REVOKE EXECUTE ON FUNCTION audit_faults(text) FROM PUBLIC;
ALTER TABLE event_seals ENABLE ROW LEVEL SECURITY;
ALTER TABLE event_chains ENABLE ROW LEVEL SECURITY;
ALTER TABLE event_watermark ENABLE ROW LEVEL SECURITY;
