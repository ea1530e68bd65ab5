-- The whole life of a case: what came to the table of moves, warnings before and after a date, and the end of its paper trail.

ALTER TABLE cases
    ADD COLUMN colour text NOT NULL DEFAULT '' CHECK (colour IN ('', 'yellow', 'red')),  -- as of the last move or the last night
    ADD COLUMN archived_at timestamptz;
GRANT UPDATE (colour, archived_at) ON cases TO suishouban_web, suishouban_worker;
-- The queue's warnings, and what still has to be brought to people after its decision.
CREATE INDEX cases_coloured ON cases (department_id, colour, due, id) WHERE colour <> '';
CREATE INDEX cases_to_archive ON cases (decided_at) WHERE archived_at IS NULL AND decided_at IS NOT NULL;
CREATE INDEX cases_with_date ON cases (due) WHERE due IS NOT NULL;

-- What is limited in number is granted strictly in the order of acceptance (Licensing Law 57).
CREATE OR REPLACE FUNCTION grant_in_turn() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF EXISTS (SELECT FROM quota_room(NEW.id) r WHERE r.granted >= r.quota OR r.earlier > 0) THEN
        RAISE EXCEPTION 'case % is granted out of turn', NEW.number USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

-- The calendar is kept at the desk. The law asks for no second person; each change stands in a journal nobody can rewrite.
CREATE TABLE calendar_changes (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    day        date NOT NULL,
    was        boolean,                         -- a workday before? NULL: as its weekday says
    is_workday boolean,                         -- … and now
    name       text,
    source     text NOT NULL,
    actor_id   uuid REFERENCES accounts,        -- NULL: by `pack load`
    at         timestamptz NOT NULL DEFAULT app_now()
);
CREATE INDEX calendar_changes_at ON calendar_changes (at);
CREATE TRIGGER calendar_changes_append_only BEFORE UPDATE OR DELETE ON calendar_changes FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER calendar_changes_no_truncate BEFORE TRUNCATE ON calendar_changes EXECUTE FUNCTION refuse_change();

CREATE FUNCTION keeps_calendar() RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT EXISTS (SELECT 1 FROM officer_roles WHERE account_id = viewer() AND role IN ('editor', 'head')
                   AND app_today() BETWEEN valid_from AND coalesce(valid_to, 'infinity'::date))
$$;
-- What `pack load` brings for the first time changes nothing that anybody was told.
CREATE FUNCTION note_calendar_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        INSERT INTO calendar_changes (day, was, is_workday, name, source, actor_id) VALUES (OLD.day, OLD.is_workday, NULL, OLD.name, OLD.source, viewer());
    ELSIF TG_OP = 'UPDATE' AND (OLD.is_workday, OLD.name, OLD.source) IS DISTINCT FROM (NEW.is_workday, NEW.name, NEW.source) THEN
        INSERT INTO calendar_changes (day, was, is_workday, name, source, actor_id) VALUES (NEW.day, OLD.is_workday, NEW.is_workday, NEW.name, NEW.source, viewer());
    ELSIF TG_OP = 'INSERT' AND viewer() IS NOT NULL THEN
        INSERT INTO calendar_changes (day, was, is_workday, name, source, actor_id) VALUES (NEW.day, NULL, NEW.is_workday, NEW.name, NEW.source, viewer());
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER calendar_days_noted AFTER INSERT OR UPDATE OR DELETE ON calendar_days FOR EACH ROW EXECUTE FUNCTION note_calendar_change();

ALTER TABLE calendar_days ENABLE ROW LEVEL SECURITY;
ALTER TABLE calendar_changes ENABLE ROW LEVEL SECURITY;
CREATE POLICY calendar_read ON calendar_days FOR SELECT TO suishouban_web USING (true);
CREATE POLICY calendar_kept ON calendar_days TO suishouban_web USING (keeps_calendar()) WITH CHECK (keeps_calendar());
CREATE POLICY worker_all ON calendar_days TO suishouban_worker USING (true);
CREATE POLICY changes_read ON calendar_changes FOR SELECT TO suishouban_web USING (keeps_calendar());
CREATE POLICY worker_all ON calendar_changes TO suishouban_worker USING (true);
GRANT INSERT, DELETE ON calendar_days TO suishouban_web;
GRANT UPDATE (is_workday, name, source) ON calendar_days TO suishouban_web;
GRANT SELECT ON calendar_changes TO suishouban_web, suishouban_worker;


-- Joint handling: the lead department accepts and asks the others; each answers within its own limit; people see one case.
CREATE TABLE joint_opinions (
    id              uuid PRIMARY KEY,
    case_id         uuid NOT NULL REFERENCES cases,
    -- first: the lower level's own review, before the others are asked. extension: what only the government may allow.
    kind            text NOT NULL CHECK (kind IN ('first', 'opinion', 'extension')),
    department_id   text NOT NULL REFERENCES departments,
    about           text NOT NULL,
    days            integer NOT NULL CHECK (days > 0),      -- workdays to answer in; of an extension: the workdays asked for
    silence         text NOT NULL CHECK (silence IN ('consent', 'escalate')),
    sees            text[] NOT NULL DEFAULT '{}',           -- '<party>/<element or material>', '/<…>' of the filing itself
    state           text NOT NULL CHECK (state IN ('waiting', 'asked', 'agreed', 'objected', 'silent', 'escalated', 'dropped')),
    asked_at        timestamptz,
    due             date,
    due_provisional boolean NOT NULL DEFAULT false,
    answered_at     timestamptz,
    officer_id      uuid REFERENCES accounts,
    reason          text NOT NULL DEFAULT '',               -- why an extension is asked for
    words           text NOT NULL DEFAULT '' CHECK (length(words) <= 2000),
    UNIQUE (case_id, department_id, about),
    CHECK ((state = 'waiting') <= (asked_at IS NULL)),
    CHECK (state NOT IN ('asked', 'agreed', 'objected', 'silent', 'escalated') OR (asked_at IS NOT NULL AND due IS NOT NULL)),
    CHECK ((state IN ('agreed', 'objected')) = (officer_id IS NOT NULL)),
    CHECK (state <> 'silent' OR silence = 'consent'),
    CHECK (state <> 'objected' OR words <> '')
);
CREATE INDEX opinions_of_case ON joint_opinions (case_id);
CREATE INDEX opinions_asked ON joint_opinions (department_id, due, id) WHERE state IN ('asked', 'escalated');

CREATE FUNCTION opinion_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (
           ('waiting', 'asked'), ('waiting', 'dropped'), ('asked', 'agreed'), ('asked', 'objected'), ('asked', 'silent'), ('asked', 'escalated'),
           ('asked', 'dropped'), ('escalated', 'agreed'), ('escalated', 'objected'), ('escalated', 'dropped'))
       OR NEW.state = OLD.state AND OLD.state IN ('agreed', 'objected', 'silent', 'dropped') THEN
        RAISE EXCEPTION 'an opinion does not go from % to %', OLD.state, NEW.state USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER joint_opinions_move BEFORE UPDATE ON joint_opinions FOR EACH ROW EXECUTE FUNCTION opinion_moves();
CREATE TRIGGER joint_opinions_no_delete BEFORE DELETE ON joint_opinions FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- A survey everybody goes to together, or a meeting; what came of it in `note`.
CREATE TABLE joint_meetings (
    id             uuid PRIMARY KEY,
    case_id        uuid NOT NULL REFERENCES cases,
    kind           text NOT NULL CHECK (kind IN ('survey', 'meeting')),
    at             timestamptz NOT NULL,
    place          text NOT NULL CHECK (length(place) BETWEEN 1 AND 200),
    people         text NOT NULL CHECK (length(people) BETWEEN 1 AND 500),
    with_applicant boolean NOT NULL,
    set_by         uuid NOT NULL REFERENCES accounts,
    set_at         timestamptz NOT NULL,
    called_off_at  timestamptz,
    note           text NOT NULL DEFAULT '' CHECK (length(note) <= 4000),
    noted_at       timestamptz,
    noted_by       uuid REFERENCES accounts,
    CHECK ((note = '') = (noted_at IS NULL) AND (noted_at IS NULL) = (noted_by IS NULL)),
    CHECK (called_off_at IS NULL OR noted_at IS NULL)
);
CREATE INDEX meetings_of_case ON joint_meetings (case_id, at);
CREATE FUNCTION meeting_ends_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.called_off_at IS NOT NULL OR OLD.noted_at IS NOT NULL THEN
        RAISE EXCEPTION 'a meeting that was held or called off does not change' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER joint_meetings_end_once BEFORE UPDATE ON joint_meetings FOR EACH ROW EXECUTE FUNCTION meeting_ends_once();
CREATE TRIGGER joint_meetings_no_delete BEFORE DELETE ON joint_meetings FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- Nothing is granted while somebody who was asked has not spoken, nor over an objection nobody met about.
CREATE FUNCTION opinions_open(of_case uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT EXISTS (SELECT 1 FROM joint_opinions o WHERE o.case_id = of_case AND o.kind <> 'extension' AND (o.state IN ('waiting', 'asked', 'escalated')
        OR (o.state = 'objected' AND NOT EXISTS (SELECT 1 FROM joint_meetings m WHERE m.case_id = of_case AND m.kind = 'meeting' AND m.noted_at >= o.answered_at))))
$$;
CREATE FUNCTION grant_when_all_spoke() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF opinions_open(NEW.id) THEN
        RAISE EXCEPTION 'case % is granted over the others'' heads', NEW.number USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER cases_grant_when_all_spoke BEFORE UPDATE OF state ON cases FOR EACH ROW
    WHEN (NEW.state = 'granted' AND OLD.state <> 'granted') EXECUTE FUNCTION grant_when_all_spoke();
-- A case that has ended asks nobody any more.
CREATE FUNCTION drop_opinions() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    UPDATE joint_opinions SET state = 'dropped' WHERE case_id = NEW.id AND state IN ('waiting', 'asked', 'escalated');
    RETURN NULL;
END $$;
CREATE TRIGGER cases_drop_opinions AFTER UPDATE OF state ON cases FOR EACH ROW
    WHEN (NEW.decided_at IS NOT NULL AND OLD.decided_at IS NULL) EXECUTE FUNCTION drop_opinions();

-- Who may answer for a department: whoever examines there; of an extension its head alone.
CREATE FUNCTION may_give_opinion(department text, of_kind text) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT EXISTS (SELECT 1 FROM officer_roles WHERE account_id = viewer() AND department_id = department
        AND (role = 'head' OR (role IN ('reviewer', 'approver') AND of_kind <> 'extension'))
        AND app_today() BETWEEN valid_from AND coalesce(valid_to, 'infinity'::date))
$$;
-- The window hands out and receives for others and reads no examinations.
CREATE FUNCTION my_opinion_desks() RETURNS text[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT coalesce(array_agg(DISTINCT department_id), '{}') FROM officer_roles
    WHERE account_id = viewer() AND role IN ('reviewer', 'approver', 'head', 'supervisor', 'auditor')
      AND app_today() BETWEEN valid_from AND coalesce(valid_to, 'infinity'::date)
$$;
CREATE FUNCTION asked_of_me(opinion joint_opinions) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT (opinion).state NOT IN ('waiting', 'dropped') AND (opinion).department_id = ANY (my_opinion_desks())
$$;

-- What a department that is asked sees of the case: where it stands, and sealed what was filed, of which the program opens what `sees` names.
CREATE FUNCTION case_of_opinion(opinion uuid) RETURNS TABLE (id uuid, number text, order_id uuid, principal_id uuid, item_code text, item_version integer, item_name text,
    department_name text, state text, received_at timestamptz, accepted_at timestamptz, facts_sealed bytea, key_wrapped bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT c.id, c.number, c.order_id, c.principal_id, c.item_code, c.item_version, v.name, d.name, c.state, c.received_at, c.accepted_at, c.facts_sealed,
           CASE WHEN a.erased_at IS NULL THEN a.key_wrapped ELSE r.key_wrapped END
    FROM joint_opinions o JOIN cases c ON c.id = o.case_id JOIN departments d ON d.id = c.department_id
    JOIN item_versions v ON (v.code, v.version) = (c.item_code, c.item_version)
    JOIN accounts a ON a.id = c.principal_id LEFT JOIN archives r ON r.account_id = a.id
    WHERE o.id = opinion AND asked_of_me(o)
$$;
CREATE FUNCTION files_of_opinion(opinion uuid) RETURNS TABLE (subject uuid, material text, variant text, "position" integer, file_id uuid,
    added_at timestamptz, media_type text, pages integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT f.subject, f.material, f.variant, f.position, f.file_id, f.added_at, x.media_type, x.pages
    FROM joint_opinions o JOIN case_files f ON f.case_id = o.case_id JOIN files x ON x.id = f.file_id
    WHERE o.id = opinion AND asked_of_me(o) AND o.sees && ARRAY[f.subject || '/' || f.material, '/' || f.material]
      AND f.added_at = (SELECT max(g.added_at) FROM case_files g WHERE g.case_id = f.case_id
                        AND (g.subject, g.material, g.variant) = (f.subject, f.material, f.variant))
    ORDER BY f.material, f.subject, f.variant, f.position
$$;
CREATE FUNCTION seen_for_opinion(file uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT EXISTS (SELECT 1 FROM case_files f JOIN joint_opinions o ON o.case_id = f.case_id
        WHERE f.file_id = file AND asked_of_me(o) AND o.sees && ARRAY[f.subject || '/' || f.material, '/' || f.material])
$$;
CREATE POLICY files_for_opinions ON files FOR SELECT TO suishouban_web
    USING (cardinality((SELECT my_opinion_desks())) > 0 AND seen_for_opinion(id));
-- As in 0014, and for those who are asked about what the file shows.
CREATE OR REPLACE FUNCTION key_of_paper(file uuid) RETURNS bytea LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT a.key_wrapped FROM signatures s JOIN files f ON f.id = s.file_id JOIN accounts a ON a.id = f.principal_id
    WHERE s.file_id = file AND (may_act(s.signer_id, 'submit', s.item_code) OR s.asked_by = viewer() OR EXISTS (
        SELECT 1 FROM cases c WHERE c.id = s.case_id AND (may_act(c.principal_id, 'see', c.item_code) OR c.department_id = ANY (my_departments()))))
    UNION ALL
    SELECT a.key_wrapped FROM files f JOIN accounts a ON a.id = f.principal_id WHERE f.id = file AND seen_for_opinion(file)
    LIMIT 1
$$;

ALTER TABLE joint_opinions ENABLE ROW LEVEL SECURITY;
ALTER TABLE joint_meetings ENABLE ROW LEVEL SECURITY;
CREATE POLICY opinion_of_case ON joint_opinions FOR SELECT TO suishouban_web USING (EXISTS (SELECT 1 FROM cases c WHERE c.id = case_id));
CREATE POLICY opinion_of_mine ON joint_opinions FOR SELECT TO suishouban_web
    USING (state NOT IN ('waiting', 'dropped') AND department_id = ANY ((SELECT my_opinion_desks())::text[]));
CREATE POLICY opinion_asked ON joint_opinions FOR INSERT TO suishouban_web
    WITH CHECK (EXISTS (SELECT 1 FROM cases c WHERE c.id = case_id AND c.department_id = ANY ((SELECT my_departments())::text[])));
CREATE POLICY opinion_given ON joint_opinions FOR UPDATE TO suishouban_web
    USING (may_give_opinion(department_id, kind)) WITH CHECK (state IN ('agreed', 'objected') AND officer_id = viewer());
CREATE POLICY meeting_of_case ON joint_meetings FOR SELECT TO suishouban_web
    USING (EXISTS (SELECT 1 FROM cases c WHERE c.id = case_id) OR EXISTS (SELECT 1 FROM joint_opinions o WHERE o.case_id = joint_meetings.case_id));
CREATE POLICY meeting_set ON joint_meetings FOR INSERT TO suishouban_web
    WITH CHECK (set_by = viewer() AND EXISTS (SELECT 1 FROM cases c WHERE c.id = case_id AND c.department_id = ANY ((SELECT my_departments())::text[])));
CREATE POLICY meeting_ended ON joint_meetings FOR UPDATE TO suishouban_web
    USING (EXISTS (SELECT 1 FROM cases c WHERE c.id = case_id AND c.department_id = ANY ((SELECT my_departments())::text[])));
CREATE POLICY worker_all ON joint_opinions TO suishouban_worker USING (true);
CREATE POLICY worker_all ON joint_meetings TO suishouban_worker USING (true);
-- Who gives an opinion leaves its event, and reads back no other.
CREATE POLICY own_opinion_events ON events FOR SELECT TO suishouban_web USING (kind = 'opinion_given' AND actor_id = viewer());
CREATE FUNCTION opinion_in(of_case uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT EXISTS (SELECT 1 FROM joint_opinions o WHERE o.case_id = of_case AND o.officer_id = viewer())
$$;
CREATE POLICY opinion_events_made ON events FOR INSERT TO suishouban_web
    WITH CHECK (kind = 'opinion_given' AND actor_id = viewer() AND NOT data ? 'version' AND opinion_in(case_id));
GRANT SELECT, INSERT ON joint_opinions TO suishouban_web, suishouban_worker;
GRANT UPDATE (state, answered_at, officer_id, words) ON joint_opinions TO suishouban_web;
GRANT UPDATE (state, asked_at, due, due_provisional, answered_at) ON joint_opinions TO suishouban_worker;
GRANT SELECT, INSERT ON joint_meetings TO suishouban_web;
GRANT SELECT ON joint_meetings TO suishouban_worker;
GRANT UPDATE (called_off_at, note, noted_at, noted_by) ON joint_meetings TO suishouban_web;


-- Generated: backend/cases/trigger.py.
CREATE UNIQUE INDEX at_most_once_later ON events (case_id, kind) WHERE kind IN ('pre_reviewed', 'handed_over', 'archived');
CREATE OR REPLACE FUNCTION moves_of(before text, after text) RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
    SELECT moves FROM (VALUES
        ('waiting', 'submitted', ARRAY['released']),
        ('submitted', 'submitted', ARRAY['pre_reviewed', 'delay_explained']),
        ('submitted', 'correcting', ARRAY['correction_asked', 'correction_asked_again']),
        ('correcting', 'submitted', ARRAY['corrected']),
        ('submitted', 'accepted', ARRAY['accepted', 'deemed_accepted']),
        ('submitted', 'not_accepted', ARRAY['not_accepted']),
        ('submitted', 'not_competent', ARRAY['not_competent']),
        ('accepted', 'suspended', ARRAY['suspended']),
        ('suspended', 'accepted', ARRAY['resumed']),
        ('accepted', 'accepted', ARRAY['extended', 'delay_explained']),
        ('accepted', 'granted', ARRAY['granted', 'deemed_renewed']),
        ('submitted', 'granted', ARRAY['deemed_renewed']),
        ('suspended', 'granted', ARRAY['deemed_renewed']),
        ('accepted', 'refused', ARRAY['refused']),
        ('suspended', 'suspended', ARRAY['delay_explained']),
        ('granted', 'granted', ARRAY['delay_explained']),
        ('certified', 'certified', ARRAY['delay_explained']),
        ('granted', 'certified', ARRAY['certificate_made']),
        ('granted', 'delivered', ARRAY['delivered']),
        ('certified', 'delivered', ARRAY['delivered', 'handed_over']),
        ('delivered', 'delivered', ARRAY['handed_over', 'archived']),
        ('waiting', 'withdrawn', ARRAY['withdrawn']),
        ('submitted', 'withdrawn', ARRAY['withdrawn']),
        ('correcting', 'withdrawn', ARRAY['withdrawn']),
        ('accepted', 'withdrawn', ARRAY['withdrawn']),
        ('suspended', 'withdrawn', ARRAY['withdrawn']),
        ('correcting', 'returned', ARRAY['returned']),
        ('waiting', 'returned', ARRAY['returned']),
        ('submitted', 'transferred', ARRAY['transferred']),
        ('accepted', 'transferred', ARRAY['transferred']),
        ('waiting', 'void', ARRAY['voided']),
        ('submitted', 'void', ARRAY['voided']),
        ('correcting', 'void', ARRAY['voided']),
        ('accepted', 'void', ARRAY['voided']),
        ('suspended', 'void', ARRAY['voided']),
        ('granted', 'void', ARRAY['voided']),
        ('certified', 'void', ARRAY['voided']),
        ('delivered', 'void', ARRAY['voided']),
        ('refused', 'refused', ARRAY['archived']),
        ('not_accepted', 'not_accepted', ARRAY['archived']),
        ('not_competent', 'not_competent', ARRAY['archived']),
        ('withdrawn', 'withdrawn', ARRAY['archived']),
        ('returned', 'returned', ARRAY['archived']),
        ('transferred', 'transferred', ARRAY['archived']),
        ('void', 'void', ARRAY['archived'])
    ) AS allowed (b, a, moves) WHERE b = before AND a = after
$$;
