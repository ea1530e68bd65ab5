-- The catalogue desk without a developer: tables brought in over the web, and changes to the city's own vocabulary.

-- A table of guides (or a pack to be looked through) that an editor brought: read by the worker, told, then brought in
-- whole or not at all. `content` is forgotten as soon as it is not needed any more.
CREATE TABLE catalogue_imports (
    id            uuid PRIMARY KEY,
    department_id text NOT NULL REFERENCES departments,
    actor_id      uuid REFERENCES accounts,
    actor_name    text NOT NULL,
    file_name     text NOT NULL CHECK (length(file_name) BETWEEN 1 AND 200),
    source        text NOT NULL CHECK (length(source) BETWEEN 1 AND 100),
    withdraw      boolean NOT NULL DEFAULT false,
    state         text NOT NULL DEFAULT 'reading'
                  CHECK (state IN ('reading', 'read', 'bringing', 'done', 'refused', 'dropped')),
    content       bytea,
    rows_all      integer NOT NULL DEFAULT 0,
    rows_done     integer NOT NULL DEFAULT 0,
    counts        json NOT NULL DEFAULT '{}',   -- {new, changed, unchanged, gone, kept_back, rejected, repaired}
    doubts        json NOT NULL DEFAULT '[]',   -- the first of them, as shown on the page
    report        bytea,                        -- all of them, a CSV
    refusal       text NOT NULL DEFAULT '',
    begun_at      timestamptz NOT NULL DEFAULT app_now(),
    ended_at      timestamptz,
    CHECK ((state IN ('reading', 'read', 'bringing')) = (content IS NOT NULL)),
    CHECK ((state IN ('done', 'refused', 'dropped')) = (ended_at IS NOT NULL))
);
CREATE INDEX catalogue_imports_of ON catalogue_imports (department_id, begun_at);
ALTER TABLE catalogue_imports ENABLE ROW LEVEL SECURITY;
CREATE POLICY here ON catalogue_imports FOR SELECT TO suishouban_web USING (department_id = ANY ((SELECT my_catalogues())::text[]));
CREATE POLICY brought_here ON catalogue_imports FOR INSERT TO suishouban_web
    WITH CHECK (state = 'reading' AND actor_id = viewer() AND item_editor(viewer(), department_id));
CREATE POLICY decided_here ON catalogue_imports FOR UPDATE TO suishouban_web
    USING (state = 'read' AND item_editor(viewer(), department_id))
    WITH CHECK (state IN ('bringing', 'dropped') AND item_editor(viewer(), department_id));
CREATE POLICY worker_all ON catalogue_imports TO suishouban_worker USING (true);
GRANT SELECT, INSERT ON catalogue_imports TO suishouban_web;
GRANT UPDATE (state, content, rows_done, ended_at) ON catalogue_imports TO suishouban_web;
GRANT SELECT, UPDATE ON catalogue_imports TO suishouban_worker;

-- What the worker brings in are guides; what it publishes is what an officer decided (the gate of 0018 stands).
GRANT INSERT ON items, item_versions TO suishouban_worker;
GRANT UPDATE (kind, source, region) ON items TO suishouban_worker;
GRANT INSERT ON search_words TO suishouban_worker;
CREATE POLICY worker_learns ON search_words FOR INSERT TO suishouban_worker WITH CHECK (true);

-- A change to one word of the city's vocabulary: an office, a department's telephones, an element, a material.
CREATE TABLE word_changes (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind          text NOT NULL CHECK (kind IN ('office', 'department', 'element', 'material')),
    code          text NOT NULL CHECK (length(code) BETWEEN 1 AND 100),
    department_id text NOT NULL REFERENCES departments,   -- whose editor began it: its checker and its lawyer look at it
    state         text NOT NULL DEFAULT 'draft'
                  CHECK (state IN ('draft', 'checking', 'checked', 'reviewed', 'published', 'dropped')),
    revision      integer NOT NULL DEFAULT 1,
    before        json,                                   -- as it stood when the change was begun; NULL: a new one
    data          json NOT NULL,
    authors       uuid[] NOT NULL DEFAULT '{}',
    checked_by    uuid REFERENCES accounts,
    reviewed_by   uuid REFERENCES accounts,
    published_at  timestamptz
);
CREATE UNIQUE INDEX one_change_a_word ON word_changes (kind, code) WHERE state IN ('draft', 'checking', 'checked', 'reviewed');
CREATE INDEX word_changes_published ON word_changes (published_at) WHERE state = 'published';

CREATE TABLE word_events (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    change_id  bigint NOT NULL REFERENCES word_changes,
    revision   integer NOT NULL,
    kind       text NOT NULL,
    actor_id   uuid NOT NULL REFERENCES accounts,
    actor_name text NOT NULL,
    at         timestamptz NOT NULL DEFAULT app_now(),
    data       jsonb NOT NULL DEFAULT '{}',   -- {changes: [words], reason}
    UNIQUE (change_id, revision)
);
CREATE TRIGGER word_events_append_only BEFORE UPDATE OR DELETE ON word_events FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER word_events_no_truncate BEFORE TRUNCATE ON word_events EXECUTE FUNCTION refuse_change();

-- What of the published items asks this element or wants this material: only then a change of it is a change of their law.
CREATE FUNCTION word_in_use(of_kind text, of_code text) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT of_kind IN ('element', 'material') AND EXISTS (
        SELECT FROM item_versions v WHERE v.state = 'published' AND v.department_id IS NOT NULL
           AND coalesce(v.effective_until, 'infinity'::date) > app_today()
           AND v.data->(CASE of_kind WHEN 'element' THEN 'elements' ELSE 'materials' END)->of_code IS NOT NULL)
$$;

CREATE FUNCTION only_word_moves() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    me uuid := viewer();
    today date := app_today();
    allowed record;
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'word_changes is append-only' USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'UPDATE' AND (NEW.kind, NEW.code, NEW.department_id, NEW.before::text) IS DISTINCT FROM (OLD.kind, OLD.code, OLD.department_id, OLD.before::text) THEN
        RAISE EXCEPTION 'a change stays that of its word' USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'UPDATE' AND (OLD.state <> 'draft' OR NEW.state <> 'draft') AND NEW.data::text IS DISTINCT FROM OLD.data::text THEN
        RAISE EXCEPTION 'the text of a change that left the desk stands' USING ERRCODE = 'restrict_violation';
    END IF;
    IF (TG_OP = 'INSERT' AND NEW.revision <> 1) OR (TG_OP = 'UPDATE' AND NEW.revision <> OLD.revision + 1) THEN
        RAISE EXCEPTION 'a move counts the revision up' USING ERRCODE = 'restrict_violation';
    END IF;
    SELECT * INTO allowed FROM (VALUES
        (NULL, 'draft', ARRAY['editor'], false),
        ('draft', 'draft', ARRAY['editor'], false),
        ('draft', 'checking', ARRAY['editor'], false),
        ('draft', 'dropped', ARRAY['editor'], false),
        ('checking', 'draft', ARRAY['editor', 'checker', 'legal'], false),
        ('checking', 'checked', ARRAY['checker'], true),
        ('checked', 'draft', ARRAY['editor', 'checker', 'legal'], false),
        ('checked', 'reviewed', ARRAY['legal'], true),
        ('checked', 'published', ARRAY['editor'], false),
        ('reviewed', 'draft', ARRAY['editor'], false),
        ('reviewed', 'published', ARRAY['editor'], false)
    ) AS moves (b, a, roles, other) WHERE b IS NOT DISTINCT FROM (CASE WHEN TG_OP = 'UPDATE' THEN OLD.state END) AND a = NEW.state;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no move of a change leads there' USING ERRCODE = 'check_violation';
    END IF;
    IF NOT EXISTS (SELECT FROM officer_roles r WHERE r.account_id = me AND r.department_id = NEW.department_id AND r.role = ANY (allowed.roles)
                   AND today BETWEEN r.valid_from AND coalesce(r.valid_to, 'infinity'::date)) THEN
        RAISE EXCEPTION 'this move is not for this officer' USING ERRCODE = 'insufficient_privilege', CONSTRAINT = 'role_of_the_move';
    END IF;
    IF TG_OP = 'UPDATE' AND NEW.state = 'published' AND OLD.state = 'checked' AND word_in_use(NEW.kind, NEW.code) THEN
        RAISE EXCEPTION 'what published items are made of needs a legal review' USING ERRCODE = 'check_violation', CONSTRAINT = 'reviewed_first';
    END IF;
    -- Who wrote, checked and reviewed is what the database saw, not what it was told.
    IF TG_OP = 'UPDATE' THEN
        NEW.authors := OLD.authors; NEW.checked_by := OLD.checked_by; NEW.reviewed_by := OLD.reviewed_by;
    ELSE
        NEW.authors := '{}'; NEW.checked_by := NULL; NEW.reviewed_by := NULL;
    END IF;
    IF NEW.state = 'draft' AND (TG_OP = 'INSERT' OR OLD.state = 'draft') AND NOT me = ANY (NEW.authors) THEN
        NEW.authors := NEW.authors || me;
    ELSIF allowed.other AND me = ANY (NEW.authors) THEN
        RAISE EXCEPTION 'never done by who wrote it' USING ERRCODE = 'check_violation', CONSTRAINT = 'never_the_author';
    ELSIF NEW.state = 'checked' THEN
        NEW.checked_by := me;
    ELSIF NEW.state = 'reviewed' THEN
        NEW.reviewed_by := me;
    END IF;
    IF NEW.state = 'draft' THEN
        NEW.checked_by := NULL; NEW.reviewed_by := NULL;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER word_changes_only_moves BEFORE INSERT OR UPDATE OR DELETE ON word_changes FOR EACH ROW EXECUTE FUNCTION only_word_moves();

-- Each move leaves its event, or the transaction does not commit.
CREATE FUNCTION word_move_left_event() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM word_events e WHERE (e.change_id, e.revision) = (NEW.id, NEW.revision)) THEN
        RAISE EXCEPTION 'change % moved to % without its event', NEW.id, NEW.state USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER word_changes_with_event AFTER INSERT OR UPDATE ON word_changes DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION word_move_left_event();

ALTER TABLE word_changes ENABLE ROW LEVEL SECURITY;
ALTER TABLE word_events ENABLE ROW LEVEL SECURITY;
CREATE POLICY here ON word_changes FOR SELECT TO suishouban_web USING (department_id = ANY ((SELECT my_catalogues())::text[]) OR state = 'published');
CREATE POLICY begun_here ON word_changes FOR INSERT TO suishouban_web WITH CHECK (department_id = ANY ((SELECT my_catalogues())::text[]));
CREATE POLICY moved_here ON word_changes FOR UPDATE TO suishouban_web USING (department_id = ANY ((SELECT my_catalogues())::text[]));
CREATE POLICY worker_all ON word_changes TO suishouban_worker USING (true);
CREATE POLICY events_here ON word_events FOR SELECT TO suishouban_web
    USING (EXISTS (SELECT FROM word_changes c WHERE c.id = change_id));
CREATE POLICY left_by_me ON word_events FOR INSERT TO suishouban_web
    WITH CHECK (actor_id = viewer() AND EXISTS (SELECT FROM word_changes c WHERE c.id = change_id));
CREATE POLICY worker_all ON word_events TO suishouban_worker USING (true);
GRANT SELECT ON word_changes, word_events TO suishouban_web, suishouban_worker;
GRANT INSERT (kind, code, department_id, before, data) ON word_changes TO suishouban_web;
GRANT UPDATE (state, revision, data, published_at) ON word_changes TO suishouban_web;
GRANT INSERT ON word_events TO suishouban_web;

-- What was decided at the desk is put in force by the worker: the city with the new word, its items with what they are made of.
GRANT INSERT ON packs, item_events TO suishouban_worker;
GRANT UPDATE (effective_until) ON item_versions TO suishouban_worker;
GRANT UPDATE (loaded_at) ON packs TO suishouban_worker;
GRANT UPDATE (name, data) ON departments TO suishouban_worker;
