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
