-- The life of a case, in the database too. Everything below the line is generated: backend/cases/trigger.py.

-- An agent who may submit may also withdraw and file what is granted at once; one who may correct may correct.
ALTER POLICY case_moved ON cases
    USING (may_act(principal_id, 'correct', item_code) OR may_act(principal_id, 'submit', item_code)
           OR department_id = ANY ((SELECT my_departments())::text[]));
-- A case that waited for another one is received when that one's result releases it.
GRANT UPDATE (received_at) ON cases TO suishouban_web, suishouban_worker;

-- ----------------------------------------------------------------------------------------------------------------
ALTER TABLE cases ADD CONSTRAINT known_state CHECK (state IN ('accepted', 'certified', 'correcting', 'delivered', 'granted', 'not_accepted', 'not_competent', 'refused', 'returned', 'submitted', 'suspended', 'transferred', 'void', 'waiting', 'withdrawn'));

-- One event a version, and at most one correction notice, one reported second, one extension.
CREATE UNIQUE INDEX one_event_a_version ON events (case_id, (data->>'version')) WHERE data ? 'version';
CREATE UNIQUE INDEX at_most_once ON events (case_id, kind) WHERE kind IN ('correction_asked', 'correction_asked_again', 'extended');

CREATE FUNCTION moves_of(before text, after text) RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
    SELECT moves FROM (VALUES
        ('waiting', 'submitted', ARRAY['released']),
        ('submitted', 'correcting', ARRAY['correction_asked', 'correction_asked_again']),
        ('correcting', 'submitted', ARRAY['corrected']),
        ('submitted', 'accepted', ARRAY['accepted', 'deemed_accepted']),
        ('submitted', 'not_accepted', ARRAY['not_accepted']),
        ('submitted', 'not_competent', ARRAY['not_competent']),
        ('accepted', 'suspended', ARRAY['suspended']),
        ('suspended', 'accepted', ARRAY['resumed']),
        ('accepted', 'accepted', ARRAY['extended']),
        ('accepted', 'granted', ARRAY['granted']),
        ('accepted', 'refused', ARRAY['refused']),
        ('granted', 'certified', ARRAY['certificate_made']),
        ('granted', 'delivered', ARRAY['delivered']),
        ('certified', 'delivered', ARRAY['delivered']),
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
        ('delivered', 'void', ARRAY['voided'])
    ) AS allowed (b, a, moves) WHERE b = before AND a = after
$$;

CREATE FUNCTION only_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.version <> 1 OR NEW.state NOT IN (SELECT s FROM (VALUES ('submitted', 'filed'), ('waiting', 'filed_waiting')) AS born (s, move)) THEN
            RAISE EXCEPTION 'a case cannot begin as %', NEW.state USING ERRCODE = 'check_violation';
        END IF;
    ELSIF NEW.received_at <> OLD.received_at AND OLD.state <> 'waiting' THEN
        RAISE EXCEPTION 'a case is received once' USING ERRCODE = 'check_violation';
    ELSIF NEW.version = OLD.version THEN
        IF NEW.state <> OLD.state THEN
            RAISE EXCEPTION 'a move counts the version up' USING ERRCODE = 'check_violation';
        END IF;
    ELSIF NEW.version <> OLD.version + 1 OR moves_of(OLD.state, NEW.state) IS NULL THEN
        RAISE EXCEPTION 'no move leads from % to %', OLD.state, NEW.state USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER cases_only_moves BEFORE INSERT OR UPDATE OF state, version, received_at ON cases FOR EACH ROW EXECUTE FUNCTION only_moves();

-- Each move leaves its event, or the transaction does not commit. The owner's eyes: a policy must not hide the event.
CREATE FUNCTION move_left_event() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE expected text[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        expected := ARRAY(SELECT move FROM (VALUES ('submitted', 'filed'), ('waiting', 'filed_waiting')) AS born (s, move) WHERE s = NEW.state);
    ELSE
        expected := moves_of(OLD.state, NEW.state);
    END IF;
    IF NOT EXISTS (SELECT 1 FROM events e WHERE e.case_id = NEW.id AND e.data->>'version' = NEW.version::text AND e.kind = ANY (expected)) THEN
        RAISE EXCEPTION 'case % moved to % without its event', NEW.number, NEW.state USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER cases_born_with_event AFTER INSERT ON cases DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION move_left_event();
CREATE CONSTRAINT TRIGGER cases_moved_with_event AFTER UPDATE ON cases DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.version <> OLD.version) EXECUTE FUNCTION move_left_event();
