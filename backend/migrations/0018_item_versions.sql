-- Versions of an item with their days, the states of a review, and who may bring a version from one to the next.

-- Who checks what an editor wrote. 'editor' and 'legal' were there before.
ALTER TABLE officer_roles DROP CONSTRAINT officer_roles_role_check;
ALTER TABLE officer_roles ADD CONSTRAINT officer_roles_role_check
    CHECK (role IN ('window', 'reviewer', 'approver', 'head', 'editor', 'checker', 'legal', 'supervisor', 'auditor', 'hotline', 'admin'));

-- Whose items somebody writes, checks or reviews. Their cases are no business of hers: see my_departments().
CREATE FUNCTION my_catalogues() RETURNS text[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT coalesce(array_agg(DISTINCT department_id), '{}') FROM officer_roles
    WHERE account_id = viewer() AND role IN ('editor', 'checker', 'legal')
      AND app_today() BETWEEN valid_from AND coalesce(valid_to, 'infinity'::date)
$$;

-- A guide of another catalogue has no department here, is published as it comes and never changes.
DROP TRIGGER item_versions_append_only ON item_versions;
ALTER TABLE item_versions
    ADD COLUMN id              bigint GENERATED ALWAYS AS IDENTITY UNIQUE,   -- never given twice: what caches know a version by
    ADD COLUMN department_id   text REFERENCES departments,                  -- whose item it is; NULL: a guide
    ADD COLUMN name            text GENERATED ALWAYS AS (coalesce(data->'item'->>'name', data->>'name')) STORED,
    ADD COLUMN state           text NOT NULL DEFAULT 'published',
    ADD COLUMN revision        integer NOT NULL DEFAULT 1,                   -- counts every change: a page from before one is refused
    ADD COLUMN effective_from  date DEFAULT '-infinity',                     -- the first day; NULL: not decided yet
    ADD COLUMN effective_until date,                                         -- the first day it is in force no more
    ADD COLUMN authors         uuid[] NOT NULL DEFAULT '{}',                 -- everybody who wrote in it
    ADD COLUMN checked_by      uuid REFERENCES accounts,
    ADD COLUMN reviewed_by     uuid REFERENCES accounts,
    ALTER COLUMN published_at  DROP NOT NULL;

UPDATE item_versions v SET department_id = i.department_id FROM items i WHERE i.code = v.code AND i.kind = 'item';
UPDATE item_versions v SET
    effective_from = CASE WHEN before.last IS NULL THEN '-infinity'::date ELSE (v.published_at AT TIME ZONE 'Asia/Shanghai')::date END,
    effective_until = (after.next AT TIME ZONE 'Asia/Shanghai')::date
FROM item_versions w
LEFT JOIN LATERAL (SELECT max(version) AS last FROM item_versions x WHERE x.code = w.code AND x.version < w.version) before ON true
LEFT JOIN LATERAL (SELECT published_at AS next FROM item_versions x WHERE x.code = w.code AND x.version > w.version ORDER BY version LIMIT 1) after ON true
WHERE (v.code, v.version) = (w.code, w.version) AND v.department_id IS NOT NULL;
UPDATE item_versions v SET state = 'withdrawn', effective_until = greatest(app_today(), effective_from)
FROM items i WHERE i.code = v.code AND i.version IS NULL AND v.department_id IS NOT NULL AND v.effective_until IS NULL;
SET CONSTRAINTS ALL IMMEDIATE;

ALTER TABLE item_versions
    ADD CHECK (effective_until >= effective_from),
    ADD CHECK (state NOT IN ('published', 'withdrawn') OR (effective_from IS NOT NULL AND published_at IS NOT NULL)),
    ADD CONSTRAINT never_the_author CHECK (NOT coalesce(checked_by = ANY (authors), false) AND NOT coalesce(reviewed_by = ANY (authors), false)),
    ADD CONSTRAINT reviewed_first CHECK (department_id IS NULL OR state NOT IN ('reviewed', 'published', 'withdrawn') OR review IS NOT NULL),
    -- On no day two versions of one item. Ranges of numbers and days need no extension for this, texts would.
    ADD CONSTRAINT one_in_force EXCLUDE USING gist
        (int8range(hashtextextended(code, 0), hashtextextended(code, 0), '[]') WITH &&, daterange(effective_from, effective_until) WITH &&)
        WHERE (state = 'published' AND department_id IS NOT NULL);
CREATE INDEX item_versions_in_force ON item_versions (coalesce(effective_until, 'infinity'::date))
    WHERE state = 'published' AND department_id IS NOT NULL;
CREATE INDEX item_versions_on_desks ON item_versions (department_id) WHERE department_id IS NOT NULL;

-- Who did what with which version, and what changed by it. The name is the officer's at that time, as she signs.
CREATE TABLE item_events (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code          text NOT NULL,
    version       integer NOT NULL,
    revision      integer NOT NULL,
    department_id text NOT NULL REFERENCES departments,
    kind          text NOT NULL,                -- the move's name
    actor_id      uuid REFERENCES accounts,     -- NULL: the pack loader
    actor_name    text NOT NULL,
    at            timestamptz NOT NULL DEFAULT app_now(),
    data          jsonb NOT NULL DEFAULT '{}',  -- {changes: [sentence], reason, from}
    FOREIGN KEY (code, version) REFERENCES item_versions (code, version) DEFERRABLE INITIALLY DEFERRED,
    UNIQUE (code, version, revision)
);
CREATE TRIGGER item_events_append_only BEFORE UPDATE OR DELETE ON item_events FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER item_events_no_truncate BEFORE TRUNCATE ON item_events EXECUTE FUNCTION refuse_change();

-- Nothing is put into a cart or filed that is not reviewed, published and in force on that day: whatever the channel.
CREATE FUNCTION only_in_force() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE today date := app_today();
BEGIN
    IF NOT EXISTS (SELECT 1 FROM item_versions v WHERE (v.code, v.version) = (NEW.item_code, NEW.item_version) AND v.state = 'published'
                   AND v.review IS NOT NULL AND v.effective_from <= today AND coalesce(v.effective_until, 'infinity'::date) > today) THEN
        RAISE EXCEPTION 'item % version % is not in force', NEW.item_code, NEW.item_version
            USING ERRCODE = 'check_violation', CONSTRAINT = 'item_in_force';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER cart_lines_in_force BEFORE INSERT OR UPDATE OF item_code, item_version ON cart_lines FOR EACH ROW EXECUTE FUNCTION only_in_force();
CREATE TRIGGER cases_in_force BEFORE INSERT OR UPDATE OF item_code, item_version ON cases FOR EACH ROW EXECUTE FUNCTION only_in_force();

-- An item begins with its first draft; until one is published nobody finds it.
CREATE FUNCTION begin_item(item text, title text, of text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM officer_roles r WHERE r.account_id = viewer() AND r.department_id = of AND r.role = 'editor'
                   AND app_today() BETWEEN r.valid_from AND coalesce(r.valid_to, 'infinity'::date)) THEN
        RAISE EXCEPTION 'no editor of %', of USING ERRCODE = 'insufficient_privilege';
    END IF;
    INSERT INTO items (code, kind, name, department, department_id, region, source)
    SELECT item, 'item', title, d.name, d.id, (SELECT p.region FROM packs p ORDER BY p.loaded_at DESC, p.id DESC LIMIT 1), 'desk'
    FROM departments d WHERE d.id = of;
END $$;
REVOKE EXECUTE ON FUNCTION begin_item(text, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION begin_item(text, text, text) TO suishouban_web;

ALTER TABLE item_versions ENABLE ROW LEVEL SECURITY;
ALTER TABLE item_events ENABLE ROW LEVEL SECURITY;
CREATE POLICY published_or_mine ON item_versions FOR SELECT TO suishouban_web
    USING (state IN ('published', 'withdrawn') OR department_id = ANY ((SELECT my_catalogues())::text[]));
CREATE POLICY begun_here ON item_versions FOR INSERT TO suishouban_web WITH CHECK (department_id = ANY ((SELECT my_catalogues())::text[]));
CREATE POLICY moved_here ON item_versions FOR UPDATE TO suishouban_web USING (department_id = ANY ((SELECT my_catalogues())::text[]));
CREATE POLICY worker_all ON item_versions TO suishouban_worker USING (true);
CREATE POLICY events_here ON item_events FOR SELECT TO suishouban_web USING (department_id = ANY ((SELECT my_catalogues())::text[]));
CREATE POLICY left_by_me ON item_events FOR INSERT TO suishouban_web
    WITH CHECK (actor_id = viewer() AND department_id = ANY ((SELECT my_catalogues())::text[]));
CREATE POLICY worker_all ON item_events TO suishouban_worker USING (true);
GRANT INSERT (code, version, pack_id, sha256, data, department_id, state, effective_from, published_at) ON item_versions TO suishouban_web;
GRANT UPDATE (pack_id, sha256, data, department_id, state, revision, effective_from, effective_until, published_at, review) ON item_versions TO suishouban_web;
GRANT SELECT, INSERT ON item_events TO suishouban_web;
GRANT SELECT ON item_events TO suishouban_worker;
-- What lists and the search show of the version in force is kept by the worker.
GRANT UPDATE (name, department, department_id, version, subjects, themes, instant, visits, promised, promised_unit, words) ON items TO suishouban_worker;

-- The gate. Its table of moves is generated below the line: backend/catalogue/trigger.py.

CREATE FUNCTION only_item_moves() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    me uuid := viewer();
    today date := app_today();
    allowed record;
BEGIN
    IF TG_OP = 'DELETE' OR (TG_OP = 'UPDATE' AND OLD.department_id IS NULL) THEN
        RAISE EXCEPTION 'item_versions is append-only' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.department_id IS NULL THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' AND (NEW.code, NEW.version) IS DISTINCT FROM (OLD.code, OLD.version) THEN
        RAISE EXCEPTION 'item_versions is append-only: a version keeps its number' USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'UPDATE' AND (OLD.state <> 'draft' OR NEW.state <> 'draft')
       AND (NEW.data::text, NEW.sha256, NEW.pack_id, NEW.department_id) IS DISTINCT FROM (OLD.data::text, OLD.sha256, OLD.pack_id, OLD.department_id) THEN
        RAISE EXCEPTION 'item_versions is append-only: the text of a version that left the desk stands' USING ERRCODE = 'restrict_violation';
    END IF;

    -- The last day of a version in force, set by the one that follows: no move, and never in the past.
    IF TG_OP = 'UPDATE' AND NEW.state = OLD.state AND NEW.revision = OLD.revision THEN
        IF OLD.state <> 'published' OR coalesce(OLD.effective_until, 'infinity') <= today OR coalesce(NEW.effective_until, 'infinity') < today
           OR (NEW.effective_from, NEW.published_at, NEW.review, NEW.authors) IS DISTINCT FROM (OLD.effective_from, OLD.published_at, OLD.review, OLD.authors)
           OR NOT item_editor(me, NEW.department_id) THEN
            RAISE EXCEPTION 'item_versions is append-only: a change counts the revision up' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END IF;

    IF (TG_OP = 'INSERT' AND NEW.revision <> 1) OR (TG_OP = 'UPDATE' AND NEW.revision <> OLD.revision + 1) THEN
        RAISE EXCEPTION 'item_versions is append-only: a change counts the revision up' USING ERRCODE = 'restrict_violation';
    END IF;
    SELECT * INTO allowed FROM item_moves(CASE WHEN TG_OP = 'UPDATE' THEN OLD.state END, NEW.state);
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no move of a version leads from % to %', CASE WHEN TG_OP = 'UPDATE' THEN OLD.state END, NEW.state USING ERRCODE = 'check_violation';
    END IF;
    -- Whoever came over the web holds the role in this department today; without a viewer it is the owner, who loads packs.
    IF me IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM officer_roles r WHERE r.account_id = me AND r.department_id = NEW.department_id AND r.role = ANY (allowed.roles)
        AND today BETWEEN r.valid_from AND coalesce(r.valid_to, 'infinity'::date)) THEN
        RAISE EXCEPTION '% is not for this officer', allowed.moves USING ERRCODE = 'insufficient_privilege', CONSTRAINT = 'role_of_the_move';
    END IF;
    IF me IS NULL AND NOT 'pack' = ANY (allowed.roles) THEN
        RAISE EXCEPTION '% is done by an officer', allowed.moves USING ERRCODE = 'insufficient_privilege', CONSTRAINT = 'role_of_the_move';
    END IF;

    IF NEW.sha256 <> sha256(convert_to(NEW.data::text, 'UTF8')) THEN
        RAISE EXCEPTION 'the hash is not this text''s' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.state IN ('reviewed', 'published', 'withdrawn') AND NEW.review->>'sha256' IS DISTINCT FROM encode(NEW.sha256, 'hex') THEN
        RAISE EXCEPTION 'the legal review is of another text' USING ERRCODE = 'check_violation', CONSTRAINT = 'reviewed_first';
    END IF;
    IF me IS NOT NULL AND NEW.state = 'published' AND NEW.effective_from < today THEN
        RAISE EXCEPTION 'a version is not in force before it is published' USING ERRCODE = 'check_violation';
    END IF;
    -- Who wrote, checked and reviewed is what the database saw, not what it was told.
    IF TG_OP = 'UPDATE' THEN
        NEW.authors := OLD.authors; NEW.checked_by := OLD.checked_by; NEW.reviewed_by := OLD.reviewed_by;
    END IF;
    IF allowed.moves && ARRAY['begun', 'edited'] AND NOT me = ANY (NEW.authors) THEN
        NEW.authors := NEW.authors || me;
    ELSIF allowed.other AND me = ANY (NEW.authors) THEN
        RAISE EXCEPTION '% is never done by who wrote it', allowed.moves USING ERRCODE = 'check_violation', CONSTRAINT = 'never_the_author';
    ELSIF NEW.state = 'checked' THEN
        NEW.checked_by := me;
    ELSIF NEW.state = 'reviewed' THEN
        NEW.reviewed_by := me;
    END IF;
    IF NEW.state = 'draft' THEN
        NEW.checked_by := NULL; NEW.reviewed_by := NULL; NEW.review := NULL;
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION item_editor(who uuid, of text) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT who IS NULL OR EXISTS (SELECT 1 FROM officer_roles r WHERE r.account_id = who AND r.department_id = of AND r.role = 'editor'
        AND app_today() BETWEEN r.valid_from AND coalesce(r.valid_to, 'infinity'::date))
$$;
CREATE TRIGGER item_versions_only_moves BEFORE INSERT OR UPDATE OR DELETE ON item_versions FOR EACH ROW EXECUTE FUNCTION only_item_moves();

-- Each move leaves its event, or the transaction does not commit.
CREATE FUNCTION item_move_left_event() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE expected text[];
BEGIN
    SELECT moves INTO expected FROM item_moves(CASE WHEN TG_OP = 'UPDATE' THEN OLD.state END, NEW.state);
    IF NEW.department_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM item_events e WHERE (e.code, e.version, e.revision) = (NEW.code, NEW.version, NEW.revision) AND e.kind = ANY (expected)) THEN
        RAISE EXCEPTION 'version % of % moved to % without its event', NEW.version, NEW.code, NEW.state USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER item_versions_begun_with_event AFTER INSERT ON item_versions DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION item_move_left_event();
CREATE CONSTRAINT TRIGGER item_versions_moved_with_event AFTER UPDATE ON item_versions DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.revision <> OLD.revision) EXECUTE FUNCTION item_move_left_event();

-- ----------------------------------------------------------------------------------------------------------------
ALTER TABLE item_versions ADD CONSTRAINT known_state CHECK (state IN ('draft', 'checking', 'checked', 'reviewed', 'published', 'withdrawn', 'dropped'));
CREATE UNIQUE INDEX one_draft_an_item ON item_versions (code) WHERE state IN ('draft', 'checking', 'checked', 'reviewed');

CREATE FUNCTION item_moves(before text, after text) RETURNS TABLE (moves text[], roles text[], other boolean) LANGUAGE sql IMMUTABLE AS $$
    SELECT m, r, o FROM (VALUES
        (NULL, 'draft', ARRAY['begun'], ARRAY['editor'], false),
        (NULL, 'published', ARRAY['loaded'], ARRAY['pack'], false),
        ('draft', 'draft', ARRAY['edited'], ARRAY['editor'], false),
        ('draft', 'checking', ARRAY['sent'], ARRAY['editor'], false),
        ('checking', 'draft', ARRAY['taken_back', 'returned'], ARRAY['checker', 'editor', 'legal'], false),
        ('checked', 'draft', ARRAY['taken_back', 'returned'], ARRAY['checker', 'editor', 'legal'], false),
        ('reviewed', 'draft', ARRAY['taken_back'], ARRAY['editor'], false),
        ('checking', 'checked', ARRAY['checked'], ARRAY['checker'], true),
        ('checked', 'reviewed', ARRAY['reviewed'], ARRAY['legal'], true),
        ('reviewed', 'published', ARRAY['published'], ARRAY['editor'], false),
        ('published', 'withdrawn', ARRAY['withdrawn'], ARRAY['editor', 'pack'], false),
        ('draft', 'dropped', ARRAY['dropped'], ARRAY['editor'], false)
    ) AS allowed (b, a, m, r, o) WHERE b IS NOT DISTINCT FROM before AND a = after
$$;
