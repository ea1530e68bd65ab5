-- The desk: queues that stay quick with a million cases, who has which case, notes, templates, decisions by two people,
-- many moves at once, filing at a window, and roles that are given and ended by an administrator.

-- ---- Queue. The office first: for an officer no row asks who may act for whom.
ALTER POLICY case_seen ON cases
    USING (department_id = ANY ((SELECT my_departments())::text[]) OR may_act(principal_id, 'see', item_code));
CREATE INDEX cases_queue_state ON cases (department_id, state, due, id) WHERE decided_at IS NULL;
CREATE INDEX cases_queue_item ON cases (department_id, item_code, due, id) WHERE decided_at IS NULL;
CREATE INDEX cases_queue_officer ON cases (officer_id, due, id) WHERE decided_at IS NULL AND officer_id IS NOT NULL;
CREATE INDEX cases_queue_free ON cases (department_id, due, id) WHERE decided_at IS NULL AND officer_id IS NULL;
CREATE INDEX cases_to_hand_out ON cases (department_id, due, id) WHERE state IN ('granted', 'certified');

-- Where the viewer examines; who only sits at a window receives and hands out.
CREATE FUNCTION my_examinations() RETURNS text[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT coalesce(array_agg(DISTINCT department_id), '{}') FROM officer_roles
    WHERE account_id = viewer() AND role IN ('reviewer', 'approver', 'head', 'supervisor', 'auditor')
      AND app_today() BETWEEN valid_from AND coalesce(valid_to, 'infinity'::date)
$$;

-- Who else works at the viewer's desks: for handing a case over, for saying who has it.
CREATE FUNCTION desk_colleagues() RETURNS TABLE (id uuid, name_sealed bytea, key_wrapped bytea, departments text[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT a.id, a.name_sealed, a.key_wrapped, array_agg(DISTINCT r.department_id)
    FROM officer_roles r JOIN accounts a ON a.id = r.account_id
    WHERE r.department_id = ANY ((SELECT my_departments())::text[]) AND r.role IN ('window', 'reviewer', 'approver', 'head')
      AND app_today() BETWEEN r.valid_from AND coalesce(r.valid_to, 'infinity'::date)
    GROUP BY a.id
$$;

-- ---- Absence: from the first to the last day another officer sees what is assigned to her.
CREATE TABLE absences (
    id         uuid PRIMARY KEY,
    officer_id uuid NOT NULL REFERENCES accounts,
    stand_in   uuid NOT NULL REFERENCES accounts,
    first_day  date NOT NULL,
    last_day   date NOT NULL,
    said_at    timestamptz NOT NULL,
    ended_at   timestamptz,                     -- taken back
    CHECK (officer_id <> stand_in),
    CHECK (last_day >= first_day AND last_day - first_day <= 366)
);
CREATE INDEX absences_of ON absences (officer_id);
CREATE INDEX absences_stood_in ON absences (stand_in, last_day) WHERE ended_at IS NULL;
-- Whose cases count as the viewer's today: her own, and those of whom she stands in for.
CREATE FUNCTION my_cases_of() RETURNS uuid[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT array_agg(officer) FROM (SELECT viewer() AS officer UNION
        SELECT officer_id FROM absences WHERE stand_in = viewer() AND ended_at IS NULL AND app_today() BETWEEN first_day AND last_day) x
$$;
ALTER TABLE absences ENABLE ROW LEVEL SECURITY;
CREATE POLICY absence_seen ON absences FOR SELECT TO suishouban_web
    USING (viewer() IN (officer_id, stand_in) OR officer_id IN (SELECT c.id FROM desk_colleagues() c));
CREATE POLICY absence_said ON absences FOR INSERT TO suishouban_web
    WITH CHECK (officer_id = viewer() AND stand_in IN (SELECT c.id FROM desk_colleagues() c));
CREATE POLICY absence_taken_back ON absences FOR UPDATE TO suishouban_web USING (officer_id = viewer()) WITH CHECK (officer_id = viewer());
GRANT SELECT, INSERT ON absences TO suishouban_web;
GRANT UPDATE (ended_at) ON absences TO suishouban_web;

-- The queue in numbers, each counted up to a thousand: more does not help anybody choose, and a million cases cost no more.
CREATE FUNCTION desk_tally(near integer) RETURNS TABLE (name text, n bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
DECLARE mine text[] := my_departments(); officers uuid[] := my_cases_of(); today date := app_today();
BEGIN
    RETURN QUERY
    SELECT s.state, (SELECT count(*) FROM (SELECT 1 FROM cases c WHERE c.department_id = ANY (mine) AND c.decided_at IS NULL
            AND c.state = s.state AND c.due IS NOT NULL LIMIT 1000) x) FROM unnest(ARRAY['submitted', 'correcting', 'accepted', 'suspended']) AS s(state)
    UNION ALL SELECT 'all', (SELECT count(*) FROM (SELECT 1 FROM cases c WHERE c.department_id = ANY (mine) AND c.decided_at IS NULL AND c.due IS NOT NULL LIMIT 1000) x)
    UNION ALL SELECT 'red', (SELECT count(*) FROM (SELECT 1 FROM cases c WHERE c.department_id = ANY (mine) AND c.decided_at IS NULL AND c.due < today LIMIT 1000) x)
    UNION ALL SELECT 'yellow', (SELECT count(*) FROM (SELECT 1 FROM cases c WHERE c.department_id = ANY (mine) AND c.decided_at IS NULL
            AND c.due BETWEEN today AND today + near LIMIT 1000) x)
    UNION ALL SELECT 'me', (SELECT count(*) FROM (SELECT 1 FROM cases c WHERE c.officer_id = ANY (officers) AND c.department_id = ANY (mine)
            AND c.decided_at IS NULL AND c.due IS NOT NULL LIMIT 1000) x)
    UNION ALL SELECT 'nobody', (SELECT count(*) FROM (SELECT 1 FROM cases c WHERE c.department_id = ANY (mine) AND c.decided_at IS NULL
            AND c.officer_id IS NULL AND c.due IS NOT NULL LIMIT 1000) x)
    UNION ALL SELECT 'hand_out', (SELECT count(*) FROM (SELECT 1 FROM cases c WHERE c.department_id = ANY (mine) AND c.state IN ('granted', 'certified') LIMIT 1000) x);
END $$;
CREATE FUNCTION desk_items() RETURNS TABLE (code text, name text, n bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
DECLARE mine text[] := my_departments();
BEGIN
    RETURN QUERY SELECT i.code, i.name, x.n FROM items i CROSS JOIN LATERAL (SELECT count(*) AS n FROM (SELECT 1 FROM cases c
        WHERE c.department_id = ANY (mine) AND c.item_code = i.code AND c.decided_at IS NULL AND c.due IS NOT NULL LIMIT 100) y) x
    WHERE i.kind = 'item' AND i.department_id = ANY (mine) AND x.n > 0 ORDER BY i.name;
END $$;

CREATE TABLE desk_views (
    id         uuid PRIMARY KEY,
    officer_id uuid NOT NULL REFERENCES accounts,
    name       text NOT NULL CHECK (length(name) BETWEEN 1 AND 20),
    query      text NOT NULL CHECK (length(query) BETWEEN 1 AND 400),
    made_at    timestamptz NOT NULL,
    UNIQUE (officer_id, name)
);
ALTER TABLE desk_views ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_views ON desk_views TO suishouban_web USING (officer_id = viewer()) WITH CHECK (officer_id = viewer());
GRANT SELECT, INSERT, DELETE ON desk_views TO suishouban_web;
GRANT UPDATE (query, made_at) ON desk_views TO suishouban_web;

-- ---- Notes between officers, under the applicant's key; no policy ever shows one to a citizen.
CREATE TABLE case_notes (
    id         uuid PRIMARY KEY,
    case_id    uuid NOT NULL REFERENCES cases,
    officer_id uuid NOT NULL REFERENCES accounts,
    kind       text NOT NULL CHECK (kind IN ('note', 'hand_over')),
    sealed     bytea NOT NULL,
    at         timestamptz NOT NULL
);
CREATE INDEX case_notes_of ON case_notes (case_id, at);
CREATE INDEX case_notes_by ON case_notes (officer_id);
CREATE TRIGGER case_notes_stand BEFORE UPDATE ON case_notes FOR EACH ROW EXECUTE FUNCTION refuse_change();
ALTER TABLE case_notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY note_seen ON case_notes FOR SELECT TO suishouban_web USING (EXISTS (SELECT 1 FROM cases c WHERE c.id = case_id
    AND c.department_id = ANY (CASE kind WHEN 'hand_over' THEN (SELECT my_departments()) ELSE (SELECT my_examinations()) END)));
CREATE POLICY note_written ON case_notes FOR INSERT TO suishouban_web WITH CHECK (officer_id = viewer() AND EXISTS (SELECT 1 FROM cases c
    WHERE c.id = case_id AND c.department_id = ANY (CASE kind WHEN 'hand_over' THEN (SELECT my_departments()) ELSE (SELECT my_examinations()) END)));
CREATE POLICY worker_all ON case_notes TO suishouban_worker USING (true);
GRANT SELECT, INSERT ON case_notes TO suishouban_web;
GRANT SELECT, DELETE ON case_notes TO suishouban_worker;

-- ---- What is often asked for, in words the office agreed on.
CREATE FUNCTION writes_texts(department text) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT EXISTS (SELECT 1 FROM officer_roles WHERE account_id = viewer() AND department_id = department AND role IN ('editor', 'head')
                   AND app_today() BETWEEN valid_from AND coalesce(valid_to, 'infinity'::date))
$$;
CREATE TABLE correction_texts (
    id            uuid PRIMARY KEY,
    department_id text NOT NULL REFERENCES departments,
    item_code     text,                         -- NULL: for every item of the office
    title         text NOT NULL CHECK (length(title) BETWEEN 1 AND 40),
    words         text NOT NULL CHECK (length(words) BETWEEN 1 AND 500),
    written_by    uuid NOT NULL REFERENCES accounts,
    written_at    timestamptz NOT NULL,
    ended_at      timestamptz
);
CREATE INDEX correction_texts_of ON correction_texts (department_id) WHERE ended_at IS NULL;
ALTER TABLE correction_texts ENABLE ROW LEVEL SECURITY;
CREATE POLICY text_read ON correction_texts FOR SELECT TO suishouban_web
    USING (department_id = ANY ((SELECT my_departments())::text[]) OR writes_texts(department_id));
CREATE POLICY text_written ON correction_texts FOR INSERT TO suishouban_web WITH CHECK (written_by = viewer() AND writes_texts(department_id));
CREATE POLICY text_changed ON correction_texts FOR UPDATE TO suishouban_web USING (writes_texts(department_id)) WITH CHECK (writes_texts(department_id));
GRANT SELECT, INSERT ON correction_texts TO suishouban_web;
GRANT UPDATE (title, words, written_by, written_at, ended_at) ON correction_texts TO suishouban_web;

-- ---- Decisions: drafted by one, decided by another.
CREATE TABLE decision_drafts (
    id            uuid PRIMARY KEY,
    case_id       uuid NOT NULL REFERENCES cases,
    case_version  integer NOT NULL,             -- of the case it was written for
    outcome       text NOT NULL CHECK (outcome IN ('granted', 'refused')),
    reason_sealed bytea NOT NULL,               -- {reason, note}, under the applicant's key
    state         text NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'proposed', 'approved', 'sent_back', 'dropped')),
    proposed_by   uuid NOT NULL REFERENCES accounts,
    proposed_at   timestamptz NOT NULL,
    answered_by   uuid REFERENCES accounts,
    answered_at   timestamptz,
    answer_sealed bytea,
    CONSTRAINT two_people CHECK (answered_by <> proposed_by),
    CHECK ((state IN ('approved', 'sent_back')) = (answered_by IS NOT NULL)),
    CHECK ((answered_by IS NULL) = (answered_at IS NULL))
);
CREATE UNIQUE INDEX one_draft_a_case ON decision_drafts (case_id) WHERE state IN ('draft', 'proposed');
CREATE INDEX decision_drafts_of ON decision_drafts (case_id, proposed_at);
CREATE FUNCTION examines(of uuid, roles text[]) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT EXISTS (SELECT 1 FROM cases c JOIN officer_roles r ON r.department_id = c.department_id WHERE c.id = of AND r.account_id = viewer()
        AND r.role = ANY (roles) AND app_today() BETWEEN r.valid_from AND coalesce(r.valid_to, 'infinity'::date))
$$;
ALTER TABLE decision_drafts ENABLE ROW LEVEL SECURITY;
CREATE POLICY draft_seen ON decision_drafts FOR SELECT TO suishouban_web
    USING (examines(case_id, ARRAY['reviewer', 'approver', 'head', 'supervisor', 'auditor']));
CREATE POLICY draft_written ON decision_drafts FOR INSERT TO suishouban_web
    WITH CHECK (proposed_by = viewer() AND state IN ('draft', 'proposed') AND examines(case_id, ARRAY['reviewer', 'approver', 'head']));
CREATE POLICY draft_went_on ON decision_drafts FOR UPDATE TO suishouban_web
    USING (state IN ('draft', 'proposed') AND examines(case_id, ARRAY['reviewer', 'approver', 'head']))
    WITH CHECK (CASE WHEN state IN ('approved', 'sent_back') THEN answered_by = viewer() AND examines(case_id, ARRAY['approver', 'head'])
                     ELSE proposed_by = viewer() END);
CREATE POLICY worker_all ON decision_drafts TO suishouban_worker USING (true);
GRANT SELECT, INSERT ON decision_drafts TO suishouban_web;
GRANT UPDATE (case_version, outcome, reason_sealed, state, proposed_at, answered_by, answered_at, answer_sealed) ON decision_drafts TO suishouban_web;
GRANT SELECT, DELETE ON decision_drafts TO suishouban_worker;

-- Where the item wants two people, an officer's decision stands only on another officer's proposal, whoever writes it.
CREATE FUNCTION decided_by_two() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM item_versions v WHERE (v.code, v.version) = (NEW.item_code, NEW.item_version)
               AND v.data->'item'->>'two_person' = 'true')
       AND EXISTS (SELECT 1 FROM events e WHERE e.case_id = NEW.id AND e.data->>'version' = NEW.version::text
               AND (e.actor_kind = 'officer' OR NEW.rules->>'verdict' IS DISTINCT FROM 'true')
               AND NOT EXISTS (SELECT 1 FROM decision_drafts d WHERE d.case_id = NEW.id AND d.state = 'approved' AND d.outcome = NEW.state
                               AND d.case_version = OLD.version AND d.answered_by = e.actor_id AND d.proposed_by <> e.actor_id)) THEN
        RAISE EXCEPTION 'case % needs two people to decide it', NEW.number USING ERRCODE = 'check_violation', CONSTRAINT = 'decided_by_two';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER cases_decided_by_two AFTER UPDATE OF state ON cases DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (OLD.state = 'accepted' AND NEW.state IN ('granted', 'refused')) EXECUTE FUNCTION decided_by_two();

-- ---- Many moves at once: what is to happen stands here before it happens, each case with its own result.
CREATE TABLE bulk_moves (
    id           uuid PRIMARY KEY,
    officer_id   uuid NOT NULL REFERENCES accounts,
    move         text NOT NULL,
    data         jsonb NOT NULL DEFAULT '{}',   -- what the move asks for: a reason, days, to whom
    at           timestamptz NOT NULL,
    confirmed_at timestamptz,
    done_at      timestamptz
);
CREATE INDEX bulk_moves_of ON bulk_moves (officer_id, at DESC);
CREATE TABLE bulk_lines (
    bulk_id  uuid NOT NULL REFERENCES bulk_moves,
    position integer NOT NULL CHECK (position BETWEEN 1 AND 500),
    case_id  uuid NOT NULL REFERENCES cases,
    version  integer NOT NULL,                  -- as the officer saw it
    state    text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'done', 'refused')),
    said     jsonb NOT NULL DEFAULT '[]',       -- why it was refused: [{say, params}]
    PRIMARY KEY (bulk_id, position),
    UNIQUE (bulk_id, case_id)
);
CREATE INDEX bulk_lines_case ON bulk_lines (case_id);
ALTER TABLE bulk_moves ENABLE ROW LEVEL SECURITY;
ALTER TABLE bulk_lines ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_bulk ON bulk_moves TO suishouban_web USING (officer_id = viewer()) WITH CHECK (officer_id = viewer());
CREATE POLICY own_bulk_lines ON bulk_lines TO suishouban_web USING (EXISTS (SELECT 1 FROM bulk_moves b WHERE b.id = bulk_id))
    WITH CHECK (EXISTS (SELECT 1 FROM bulk_moves b WHERE b.id = bulk_id) AND EXISTS (SELECT 1 FROM cases c WHERE c.id = case_id));
CREATE POLICY worker_all ON bulk_moves TO suishouban_worker USING (true);
CREATE POLICY worker_all ON bulk_lines TO suishouban_worker USING (true);
GRANT SELECT, INSERT ON bulk_moves, bulk_lines TO suishouban_web;
GRANT UPDATE (data, confirmed_at, done_at) ON bulk_moves TO suishouban_web, suishouban_worker;
GRANT UPDATE (state, said) ON bulk_lines TO suishouban_web, suishouban_worker;
GRANT SELECT ON bulk_moves, bulk_lines TO suishouban_worker;

-- ---- Filing at a window: the same visit as at a service point, at an office's own counter.
ALTER TABLE visits DROP CONSTRAINT visits_staff_id_fkey;
ALTER TABLE visits ADD CONSTRAINT visits_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES accounts;
ALTER TABLE visits ALTER COLUMN organisation_id DROP NOT NULL, ALTER COLUMN point_id DROP NOT NULL;
ALTER TABLE visits ADD COLUMN department_id text REFERENCES departments;
ALTER TABLE visits ADD CONSTRAINT visits_somewhere CHECK (num_nulls(organisation_id, point_id) IN (0, 2) AND (department_id IS NULL) = (organisation_id IS NOT NULL));
ALTER POLICY visit_opened ON visits WITH CHECK (staff_id = viewer() AND day = app_today() AND CASE WHEN department_id IS NULL
    THEN organisation_id = my_organisation() AND EXISTS (SELECT 1 FROM service_points p WHERE p.id = point_id AND p.ended_at IS NULL)
    ELSE department_id = ANY ((SELECT my_counters())::text[]) END);

-- ---- Roles: given and ended with dates by an administrator, never by oneself; the last administrator stays.
CREATE TABLE role_events (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id    uuid NOT NULL REFERENCES accounts,
    department_id text NOT NULL REFERENCES departments,
    role          text NOT NULL,
    valid_from    date NOT NULL,
    valid_to      date,
    by_id         uuid REFERENCES accounts,     -- NULL: at the machine itself
    at            timestamptz NOT NULL DEFAULT app_now()
);
CREATE INDEX role_events_of ON role_events (account_id, id);
CREATE TRIGGER role_events_append_only BEFORE UPDATE OR DELETE ON role_events FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER role_events_no_truncate BEFORE TRUNCATE ON role_events EXECUTE FUNCTION refuse_change();
ALTER TABLE role_events ENABLE ROW LEVEL SECURITY;
CREATE POLICY journal_read ON role_events FOR SELECT TO suishouban_web USING (account_id = viewer() OR has_role('admin') OR has_role('auditor'));
GRANT SELECT ON role_events TO suishouban_web;

CREATE FUNCTION is_officer(account uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS
$$ SELECT EXISTS (SELECT 1 FROM accounts a WHERE a.id = account AND a.kind = 'officer') $$;
ALTER TABLE officer_roles ENABLE ROW LEVEL SECURITY;
CREATE POLICY known_to_all ON officer_roles FOR SELECT TO suishouban_web, suishouban_worker USING (true);
CREATE POLICY given ON officer_roles FOR INSERT TO suishouban_web WITH CHECK (has_role('admin') AND account_id <> viewer() AND is_officer(account_id));
CREATE POLICY given_again ON officer_roles FOR UPDATE TO suishouban_web USING (has_role('admin') AND account_id <> viewer());
ALTER TABLE officer_roles ADD CONSTRAINT roles_dates CHECK (valid_to >= valid_from - 1);    -- a day before it began: it never counted
CREATE FUNCTION roles_kept() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    INSERT INTO role_events (account_id, department_id, role, valid_from, valid_to, by_id)
    VALUES (NEW.account_id, NEW.department_id, NEW.role, NEW.valid_from, NEW.valid_to, viewer());
    IF viewer() IS NOT NULL AND NEW.role = 'admin' THEN
        PERFORM pg_advisory_xact_lock(hashtextextended('roles:admin', 0));
        IF NOT EXISTS (SELECT 1 FROM officer_roles r WHERE r.role = 'admin' AND r.valid_from <= app_today() AND r.valid_to IS NULL) THEN
            RAISE EXCEPTION 'one administrator stays' USING ERRCODE = 'check_violation', CONSTRAINT = 'last_admin_stays';
        END IF;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER officer_roles_kept AFTER INSERT OR UPDATE ON officer_roles FOR EACH ROW EXECUTE FUNCTION roles_kept();
GRANT INSERT, UPDATE (valid_from, valid_to) ON officer_roles TO suishouban_web;
-- Every officer there is: for the administrator who gives roles.
CREATE FUNCTION officers_known() RETURNS TABLE (id uuid, name_sealed bytea, key_wrapped bytea) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS
$$ SELECT a.id, a.name_sealed, a.key_wrapped FROM accounts a WHERE a.kind = 'officer' AND (has_role('admin') OR has_role('auditor')) ORDER BY a.created_at, a.id $$;
