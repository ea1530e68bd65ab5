-- What the machine decided and on what, whether it may go on, and who looks again.

-- Who works here at all, whatever she does.
CREATE FUNCTION works_at_a_desk() RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT EXISTS (SELECT 1 FROM officer_roles WHERE account_id = viewer() AND app_today() BETWEEN valid_from AND coalesce(valid_to, 'infinity'::date))
$$;

-- ---- Every examination by machine as it was: whose rules, what they looked at, each result in words. Never changed.
CREATE TABLE automatic_decisions (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    case_id       uuid NOT NULL REFERENCES cases,
    item_code     text NOT NULL,
    item_version  integer NOT NULL,             -- whose rules these are
    department_id text NOT NULL REFERENCES departments,
    verdict       boolean,                      -- NULL: it could not be told
    outcome       text NOT NULL CHECK (outcome IN ('granted', 'to_person', 'held')),    -- held: clear, but the machine is stopped or it was not the case's turn
    finding       jsonb NOT NULL,               -- values where the element is public, keyed hashes of all others
    at            timestamptz NOT NULL,
    FOREIGN KEY (item_code, item_version) REFERENCES item_versions (code, version),
    CONSTRAINT only_clear_is_granted CHECK (outcome = 'to_person' OR verdict IS TRUE)
);
CREATE INDEX automatic_decisions_of_case ON automatic_decisions (case_id, id);
CREATE INDEX automatic_decisions_of_item ON automatic_decisions (item_code, at);
CREATE UNIQUE INDEX granted_once ON automatic_decisions (case_id) WHERE outcome = 'granted';
-- What was decided before it was kept here.
INSERT INTO automatic_decisions (case_id, item_code, item_version, department_id, verdict, outcome, finding, at)
SELECT c.id, c.item_code, c.item_version, c.department_id, (c.rules->>'verdict')::boolean,
       CASE WHEN e.id IS NOT NULL AND c.rules->>'verdict' = 'true' THEN 'granted' ELSE 'to_person' END, c.rules, c.received_at
FROM cases c LEFT JOIN events e ON e.case_id = c.id AND e.kind = 'granted' AND e.actor_kind = 'machine'
WHERE jsonb_typeof(c.rules) = 'object';
CREATE TRIGGER automatic_decisions_stand BEFORE UPDATE OR DELETE ON automatic_decisions FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER automatic_decisions_no_truncate BEFORE TRUNCATE ON automatic_decisions EXECUTE FUNCTION refuse_change();

-- What of registers and certificates an examination stood on: found again when one of them turns out to be wrong.
CREATE TABLE relied_on (
    case_id   uuid NOT NULL REFERENCES cases,
    source    text NOT NULL,                    -- register.population, certificate.resident_id …
    party_id  uuid NOT NULL,
    element   text NOT NULL,
    subject   bytea,                            -- keyed hash of the number that party is known by; NULL: none was filed
    proof     bytea NOT NULL,                   -- keyed hash of the value
    as_of     timestamptz NOT NULL,             -- when the source said so
    at        timestamptz NOT NULL              -- when it was relied on
);
CREATE INDEX relied_on_said ON relied_on (source, as_of);
CREATE INDEX relied_on_used ON relied_on (source, at);
CREATE INDEX relied_on_case ON relied_on (case_id);
CREATE TRIGGER relied_on_stands BEFORE UPDATE OR DELETE ON relied_on FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER relied_on_no_truncate BEFORE TRUNCATE ON relied_on EXECUTE FUNCTION refuse_change();

-- ---- Stopping the machine: for one item by its department's head, for all by an administrator. The newest line holds.
CREATE TABLE approval_switches (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    item_code text REFERENCES items,            -- NULL: every item
    stopped   boolean NOT NULL,
    reason    text NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
    by_id     uuid NOT NULL REFERENCES accounts,
    by_name   text NOT NULL,                    -- as she signs, at that time
    at        timestamptz NOT NULL
);
CREATE INDEX approval_switches_of ON approval_switches (item_code, id DESC);
CREATE TRIGGER approval_switches_stand BEFORE UPDATE OR DELETE ON approval_switches FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER approval_switches_no_truncate BEFORE TRUNCATE ON approval_switches EXECUTE FUNCTION refuse_change();
-- How many of a hundred grants a person looks at again. The newest line holds; NULL: every item without its own.
CREATE TABLE approval_shares (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    item_code text REFERENCES items,
    percent   numeric(5, 2) NOT NULL CHECK (percent BETWEEN 0 AND 100),
    by_id     uuid NOT NULL REFERENCES accounts,
    at        timestamptz NOT NULL
);
CREATE INDEX approval_shares_of ON approval_shares (item_code, id DESC);
CREATE TRIGGER approval_shares_stand BEFORE UPDATE OR DELETE ON approval_shares FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER approval_shares_no_truncate BEFORE TRUNCATE ON approval_shares EXECUTE FUNCTION refuse_change();

CREATE FUNCTION may_steer(item text) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT EXISTS (SELECT 1 FROM officer_roles r WHERE r.account_id = viewer() AND app_today() BETWEEN r.valid_from AND coalesce(r.valid_to, 'infinity'::date)
        AND (r.role = 'admin' OR (r.role = 'head' AND r.department_id = (SELECT i.department_id FROM items i WHERE i.code = item))))
$$;
CREATE FUNCTION machine_stopped(item text) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT coalesce((SELECT s.stopped FROM approval_switches s WHERE s.item_code IS NULL ORDER BY s.id DESC LIMIT 1), false)
        OR coalesce((SELECT s.stopped FROM approval_switches s WHERE s.item_code = item ORDER BY s.id DESC LIMIT 1), false)
$$;
-- For whoever watches over the machines: whether everything is stopped, and how many single items are.
CREATE FUNCTION machine_stops() RETURNS TABLE (everything boolean, items bigint) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT coalesce(bool_or(x.stopped) FILTER (WHERE x.item_code IS NULL), false), count(*) FILTER (WHERE x.stopped AND x.item_code IS NOT NULL)
    FROM (SELECT DISTINCT ON (item_code) item_code, stopped FROM approval_switches ORDER BY item_code, id DESC) x
$$;
-- Asked by the transaction that grants, which from then on holds the switch until it ends: whoever stops the machine waits
-- for those that began before, and everything that begins later reads the new line. A new snapshot for each statement.
CREATE FUNCTION machine_may_grant(item text) RETURNS boolean LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(hashtextextended('machine grants', 0));
    RETURN NOT machine_stopped(item);
END $$;
CREATE FUNCTION hold_the_machine() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('machine grants', 0));
    RETURN NEW;
END $$;
CREATE TRIGGER approval_switches_at_once BEFORE INSERT ON approval_switches FOR EACH ROW EXECUTE FUNCTION hold_the_machine();
CREATE FUNCTION checked_share(item text) RETURNS numeric LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT coalesce((SELECT s.percent FROM approval_shares s WHERE s.item_code = item ORDER BY s.id DESC LIMIT 1),
                    (SELECT s.percent FROM approval_shares s WHERE s.item_code IS NULL ORDER BY s.id DESC LIMIT 1), 5)
$$;

-- The machine may grant, it may not refuse. And it grants only what it judged, while nobody has stopped it.
ALTER TABLE events ADD CONSTRAINT machine_never_refuses
    CHECK (actor_kind <> 'machine' OR kind NOT IN ('refused', 'not_accepted', 'not_competent', 'voided', 'transferred'));
CREATE FUNCTION granted_by_rule() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM automatic_decisions d WHERE d.case_id = NEW.case_id AND d.outcome = 'granted') THEN
        RAISE EXCEPTION 'a machine granted without its decision' USING ERRCODE = 'check_violation', CONSTRAINT = 'granted_by_rule';
    END IF;
    IF NOT machine_may_grant((SELECT c.item_code FROM cases c WHERE c.id = NEW.case_id)) THEN
        RAISE EXCEPTION 'the machine is stopped' USING ERRCODE = 'check_violation', CONSTRAINT = 'machine_stopped';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER events_granted_by_rule AFTER INSERT ON events DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.kind = 'granted' AND NEW.actor_kind = 'machine') EXECUTE FUNCTION granted_by_rule();

-- ---- A source that was wrong: what was asked, and every case that stood on it.
CREATE TABLE source_inquiries (
    id       uuid PRIMARY KEY,
    source   text NOT NULL,
    element  text,                              -- NULL: whatever it said
    party_id uuid,                              -- of one certificate: whom it is about
    subjects bytea[],                           -- keyed hashes of numbers; NULL: everybody
    first    date NOT NULL,
    last     date NOT NULL,
    reason   text NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
    by_id    uuid NOT NULL REFERENCES accounts,
    at       timestamptz NOT NULL,
    CHECK (last >= first)
);
CREATE TABLE inquiry_lines (
    inquiry_id    uuid NOT NULL REFERENCES source_inquiries,
    case_id       uuid NOT NULL REFERENCES cases,
    department_id text NOT NULL REFERENCES departments,
    relied        jsonb NOT NULL,               -- [{element, as_of, proof}]
    state         text NOT NULL DEFAULT 'found' CHECK (state IN ('found', 'wanted', 'review', 'voided', 'refused')),   -- wanted: to be withdrawn by the worker
    said          jsonb NOT NULL DEFAULT '[]',
    by_id         uuid REFERENCES accounts,
    at            timestamptz,
    PRIMARY KEY (inquiry_id, case_id)
);
CREATE INDEX inquiry_lines_of ON inquiry_lines (case_id);
-- Over all departments, whoever asks: each department reads its own lines, and how many others have.
CREATE FUNCTION find_relied(inquiry uuid) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE q source_inquiries; found bigint;
BEGIN
    SELECT * INTO q FROM source_inquiries WHERE id = inquiry AND by_id = viewer();
    INSERT INTO inquiry_lines (inquiry_id, case_id, department_id, relied)
    SELECT q.id, c.id, c.department_id, jsonb_agg(jsonb_build_object('element', r.element, 'as_of', r.as_of, 'proof', encode(r.proof, 'hex')) ORDER BY r.element)
    FROM relied_on r JOIN cases c ON c.id = r.case_id
    WHERE r.source = q.source AND (q.element IS NULL OR r.element = q.element)
      AND (q.party_id IS NULL OR r.party_id = q.party_id) AND (q.subjects IS NULL OR r.subject = ANY (q.subjects))
      AND ((r.as_of AT TIME ZONE 'Asia/Shanghai')::date BETWEEN q.first AND q.last OR (r.at AT TIME ZONE 'Asia/Shanghai')::date BETWEEN q.first AND q.last)
    GROUP BY c.id, c.department_id;
    GET DIAGNOSTICS found = ROW_COUNT;
    RETURN found;
END $$;
-- What one certificate is about, for whoever examines: by its number alone, nobody leafs through them.
CREATE FUNCTION certificate_about(wanted text) RETURNS TABLE (type text, party_id uuid)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF cardinality(my_examinations()) > 0 THEN
        RETURN QUERY SELECT c.type, c.party_id FROM certificates c WHERE c.number = wanted;
    END IF;
END $$;
CREATE FUNCTION inquiry_departments(inquiry uuid) RETURNS TABLE (department_id text, n bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT l.department_id, count(*) FROM inquiry_lines l WHERE l.inquiry_id = inquiry AND works_at_a_desk() GROUP BY l.department_id ORDER BY l.department_id
$$;

-- ---- Looking again: at a share of what was granted, because the applicant asks, or because a source was wrong.
CREATE TABLE rechecks (
    id            uuid PRIMARY KEY,
    case_id       uuid NOT NULL REFERENCES cases,
    department_id text NOT NULL REFERENCES departments,
    cause         text NOT NULL CHECK (cause IN ('sample', 'asked', 'source')),
    inquiry_id    uuid REFERENCES source_inquiries,
    opened_at     timestamptz NOT NULL,
    words_sealed  bytea,                        -- what the applicant wants looked at, under her key
    outcome       text CHECK (outcome IN ('right', 'wrong')),
    closed_by     uuid REFERENCES accounts,
    closed_at     timestamptz,
    answer_sealed bytea,                        -- under the applicant's key as well
    CHECK ((cause = 'source') = (inquiry_id IS NOT NULL)),
    CHECK (num_nulls(outcome, closed_by, closed_at, answer_sealed) IN (0, 4))
);
CREATE UNIQUE INDEX one_recheck_a_cause ON rechecks (case_id, cause) WHERE closed_at IS NULL;
CREATE UNIQUE INDEX sampled_once ON rechecks (case_id) WHERE cause = 'sample';
CREATE INDEX rechecks_open ON rechecks (department_id, opened_at) WHERE closed_at IS NULL;
CREATE INDEX rechecks_of ON rechecks (case_id);
-- Answered once, and by nobody who wrote the rules.
CREATE FUNCTION rechecked_by_another() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF OLD.closed_at IS NOT NULL THEN
        RAISE EXCEPTION 'a recheck is answered once' USING ERRCODE = 'check_violation', CONSTRAINT = 'answered_once';
    END IF;
    IF EXISTS (SELECT 1 FROM cases c JOIN item_versions v ON (v.code, v.version) = (c.item_code, c.item_version)
               WHERE c.id = NEW.case_id AND NEW.closed_by = ANY (v.authors)) THEN
        RAISE EXCEPTION 'who wrote the rules does not check what they granted' USING ERRCODE = 'check_violation', CONSTRAINT = 'not_the_author';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER rechecks_by_another BEFORE UPDATE ON rechecks FOR EACH ROW EXECUTE FUNCTION rechecked_by_another();

-- What stands on the desk of each item the machine may grant: numbers only, for whoever works in its department.
CREATE FUNCTION approval_figures(since timestamptz) RETURNS TABLE (item_code text, granted bigint, to_person bigint, held bigint, drawn bigint, checked bigint, wrong bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    WITH mine AS (
        SELECT i.code FROM items i WHERE i.kind = 'item' AND i.department_id IN (SELECT r.department_id FROM officer_roles r WHERE r.account_id = viewer()
            AND app_today() BETWEEN r.valid_from AND coalesce(r.valid_to, 'infinity'::date))
        OR EXISTS (SELECT 1 FROM officer_roles r WHERE r.account_id = viewer() AND r.role IN ('admin', 'auditor')
            AND app_today() BETWEEN r.valid_from AND coalesce(r.valid_to, 'infinity'::date))),
    decided AS (
        SELECT d.item_code, count(*) FILTER (WHERE d.outcome = 'granted') AS granted, count(*) FILTER (WHERE d.outcome = 'to_person') AS to_person,
               count(*) FILTER (WHERE d.outcome = 'held') AS held
        FROM automatic_decisions d WHERE d.at >= since AND d.item_code IN (SELECT code FROM mine) GROUP BY d.item_code),
    looked AS (
        SELECT c.item_code, count(*) AS drawn, count(r.closed_at) AS checked, count(*) FILTER (WHERE r.outcome = 'wrong') AS wrong
        FROM rechecks r JOIN cases c ON c.id = r.case_id WHERE r.cause = 'sample' AND r.opened_at >= since AND c.item_code IN (SELECT code FROM mine) GROUP BY c.item_code)
    SELECT m.code, coalesce(d.granted, 0), coalesce(d.to_person, 0), coalesce(d.held, 0), coalesce(l.drawn, 0), coalesce(l.checked, 0), coalesce(l.wrong, 0)
    FROM mine m LEFT JOIN decided d ON d.item_code = m.code LEFT JOIN looked l ON l.item_code = m.code
$$;

-- ---- Rules tried over cases that were decided: counts for the editor, cases only for whoever may see them.
CREATE TABLE rule_trials (
    id            uuid PRIMARY KEY,
    item_code     text NOT NULL REFERENCES items,
    item_version  integer NOT NULL,
    revision      integer NOT NULL,             -- of the draft that was tried
    department_id text NOT NULL REFERENCES departments,
    wanted        integer NOT NULL CHECK (wanted BETWEEN 1 AND 2000),
    by_id         uuid NOT NULL REFERENCES accounts,
    asked_at      timestamptz NOT NULL,
    total         integer,
    done          integer NOT NULL DEFAULT 0,
    figures       jsonb NOT NULL DEFAULT '{}',
    finished_at   timestamptz,
    problem       text NOT NULL DEFAULT '',
    FOREIGN KEY (item_code, item_version) REFERENCES item_versions (code, version)
);
CREATE INDEX rule_trials_of ON rule_trials (item_code, asked_at DESC);
CREATE TABLE rule_trial_lines (
    trial_id uuid NOT NULL REFERENCES rule_trials,
    case_id  uuid NOT NULL REFERENCES cases,
    was      text NOT NULL,                     -- granted by machine, by a person, refused, open
    would    text NOT NULL,                     -- granted or to_person
    rules    jsonb NOT NULL,                    -- [{words, verdict}] of the rules that are not clear
    PRIMARY KEY (trial_id, case_id)
);

-- ---- Who may.
ALTER TABLE automatic_decisions ENABLE ROW LEVEL SECURITY;
ALTER TABLE relied_on ENABLE ROW LEVEL SECURITY;
ALTER TABLE approval_switches ENABLE ROW LEVEL SECURITY;
ALTER TABLE approval_shares ENABLE ROW LEVEL SECURITY;
ALTER TABLE source_inquiries ENABLE ROW LEVEL SECURITY;
ALTER TABLE inquiry_lines ENABLE ROW LEVEL SECURITY;
ALTER TABLE rechecks ENABLE ROW LEVEL SECURITY;
ALTER TABLE rule_trials ENABLE ROW LEVEL SECURITY;
ALTER TABLE rule_trial_lines ENABLE ROW LEVEL SECURITY;

CREATE POLICY decision_seen ON automatic_decisions FOR SELECT TO suishouban_web USING (department_id = ANY ((SELECT my_examinations())::text[])
    OR EXISTS (SELECT 1 FROM cases c WHERE c.id = case_id AND may_act(c.principal_id, 'see', c.item_code)));
CREATE POLICY decision_made ON automatic_decisions FOR INSERT TO suishouban_web
    WITH CHECK (EXISTS (SELECT 1 FROM cases c WHERE c.id = case_id AND c.department_id = automatic_decisions.department_id));
CREATE POLICY relied_on_made ON relied_on FOR INSERT TO suishouban_web WITH CHECK (EXISTS (SELECT 1 FROM cases c WHERE c.id = case_id));
CREATE POLICY switch_seen ON approval_switches FOR SELECT TO suishouban_web USING ((SELECT works_at_a_desk()));
CREATE POLICY switched ON approval_switches FOR INSERT TO suishouban_web WITH CHECK (by_id = viewer() AND may_steer(item_code));
CREATE POLICY share_seen ON approval_shares FOR SELECT TO suishouban_web USING ((SELECT works_at_a_desk()));
CREATE POLICY share_set ON approval_shares FOR INSERT TO suishouban_web WITH CHECK (by_id = viewer() AND may_steer(item_code));
CREATE POLICY inquiry_seen ON source_inquiries FOR SELECT TO suishouban_web USING (cardinality((SELECT my_examinations())) > 0);
CREATE POLICY inquiry_made ON source_inquiries FOR INSERT TO suishouban_web WITH CHECK (by_id = viewer() AND cardinality((SELECT my_examinations())) > 0);
CREATE POLICY line_seen ON inquiry_lines FOR SELECT TO suishouban_web USING (department_id = ANY ((SELECT my_examinations())::text[]));
CREATE POLICY line_done ON inquiry_lines FOR UPDATE TO suishouban_web USING (department_id = ANY ((SELECT my_examinations())::text[])) WITH CHECK (by_id = viewer());
-- That a grant was drawn for a second look is the office's own; that she asked for one is hers.
CREATE POLICY recheck_seen ON rechecks FOR SELECT TO suishouban_web USING (department_id = ANY ((SELECT my_examinations())::text[])
    OR (cause = 'asked' AND EXISTS (SELECT 1 FROM cases c WHERE c.id = case_id AND may_act(c.principal_id, 'see', c.item_code))));
CREATE POLICY recheck_opened ON rechecks FOR INSERT TO suishouban_web
    WITH CHECK (closed_at IS NULL AND EXISTS (SELECT 1 FROM cases c WHERE c.id = case_id AND c.department_id = rechecks.department_id));
CREATE POLICY recheck_answered ON rechecks FOR UPDATE TO suishouban_web
    USING (examines(case_id, ARRAY['reviewer', 'approver', 'head'])) WITH CHECK (closed_by = viewer());
CREATE POLICY trial_seen ON rule_trials FOR SELECT TO suishouban_web USING (department_id = ANY ((SELECT my_catalogues())::text[]));
CREATE POLICY trial_asked ON rule_trials FOR INSERT TO suishouban_web WITH CHECK (by_id = viewer() AND department_id = ANY ((SELECT my_catalogues())::text[]));
CREATE POLICY trial_line_seen ON rule_trial_lines FOR SELECT TO suishouban_web
    USING (EXISTS (SELECT 1 FROM cases c WHERE c.id = case_id AND c.department_id = ANY ((SELECT my_examinations())::text[])));
CREATE POLICY worker_all ON automatic_decisions TO suishouban_worker USING (true);
CREATE POLICY worker_all ON relied_on TO suishouban_worker USING (true);
CREATE POLICY worker_all ON approval_switches TO suishouban_worker USING (true);
CREATE POLICY worker_all ON approval_shares TO suishouban_worker USING (true);
CREATE POLICY worker_all ON source_inquiries TO suishouban_worker USING (true);
CREATE POLICY worker_all ON inquiry_lines TO suishouban_worker USING (true);
CREATE POLICY worker_all ON rechecks TO suishouban_worker USING (true);
CREATE POLICY worker_all ON rule_trials TO suishouban_worker USING (true);
CREATE POLICY worker_all ON rule_trial_lines TO suishouban_worker USING (true);
GRANT SELECT, INSERT ON automatic_decisions, approval_switches, approval_shares, source_inquiries, rechecks, rule_trials TO suishouban_web;
GRANT INSERT ON relied_on TO suishouban_web;
GRANT SELECT ON inquiry_lines, rule_trial_lines TO suishouban_web;
GRANT UPDATE (state, said, by_id, at) ON inquiry_lines TO suishouban_web, suishouban_worker;
GRANT UPDATE (outcome, closed_by, closed_at, answer_sealed) ON rechecks TO suishouban_web;
GRANT SELECT, INSERT ON automatic_decisions, relied_on, rechecks, rule_trial_lines TO suishouban_worker;
GRANT SELECT ON approval_switches, approval_shares, source_inquiries, inquiry_lines, rule_trials TO suishouban_worker;
GRANT UPDATE (total, done, figures, finished_at, problem) ON rule_trials TO suishouban_worker;
