-- Guides that somebody keeps or shares, what is told them of a person in confidence, and guides written at the desk.

-- What a signed-in person told a guide and what may not stand in an address. Gone after thirty days untouched.
CREATE TABLE guide_drafts (
    principal_id uuid NOT NULL REFERENCES accounts,
    actor_id     uuid NOT NULL REFERENCES accounts,
    scenario_id  text NOT NULL,
    sealed       bytea NOT NULL,                -- {answers: {question: [text]}, parties: {party: id}} under the principal's key
    changed_at   timestamptz NOT NULL DEFAULT app_now(),
    PRIMARY KEY (principal_id, actor_id, scenario_id)
);

-- Put aside for later. `shared` is a copy of the answers that may stand in an address, there only while a link is out.
CREATE TABLE kept_guides (
    id           uuid PRIMARY KEY,
    principal_id uuid NOT NULL REFERENCES accounts,
    actor_id     uuid NOT NULL REFERENCES accounts,
    scenario_id  text NOT NULL,
    sealed       bytea NOT NULL,                -- {answers: {question: [text]}}
    found        integer NOT NULL CHECK (found >= 0),
    kept_at      timestamptz NOT NULL DEFAULT app_now(),
    link_hash    bytea UNIQUE,
    shared       jsonb,
    shared_until timestamptz,
    CHECK ((link_hash IS NULL) = (shared IS NULL) AND (link_hash IS NULL) = (shared_until IS NULL))
);
CREATE INDEX kept_guides_of ON kept_guides (principal_id, actor_id, kept_at);

ALTER TABLE guide_drafts ENABLE ROW LEVEL SECURITY;
ALTER TABLE kept_guides ENABLE ROW LEVEL SECURITY;
CREATE POLICY my_guide_drafts ON guide_drafts TO suishouban_web USING (actor_id = viewer() AND may_act(principal_id, 'fill', NULL));
CREATE POLICY my_kept_guides ON kept_guides TO suishouban_web USING (actor_id = viewer() AND may_act(principal_id, 'fill', NULL));
CREATE POLICY worker_all ON guide_drafts TO suishouban_worker USING (true);
CREATE POLICY worker_all ON kept_guides TO suishouban_worker USING (true);
GRANT SELECT, INSERT, DELETE ON guide_drafts, kept_guides TO suishouban_web;
GRANT UPDATE (sealed, changed_at) ON guide_drafts TO suishouban_web;
GRANT UPDATE (link_hash, shared, shared_until) ON kept_guides TO suishouban_web;
GRANT SELECT, DELETE ON guide_drafts TO suishouban_worker;
GRANT SELECT ON kept_guides TO suishouban_worker;
GRANT UPDATE (link_hash, shared, shared_until) ON kept_guides TO suishouban_worker;

-- Who has the link finds the guide and the public answers, as long as the link is out.
CREATE FUNCTION guide_shared(link bytea) RETURNS TABLE (scenario_id text, shared jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS
$$ SELECT k.scenario_id, k.shared FROM kept_guides k WHERE k.link_hash = link AND k.shared_until > app_now() $$;

-- A guide as it was written at the desk, version by version. One is in force while the pack's own text is the one it was written from.
CREATE TABLE guide_versions (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    scenario_id  text NOT NULL,
    version      integer NOT NULL CHECK (version > 0),
    state        text NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'submitted', 'published', 'replaced', 'dropped')),
    revision     integer NOT NULL DEFAULT 1,    -- counts every change: a page from before one is refused
    pack_sha256  bytea NOT NULL,                -- of the pack's text it was written from
    data         json NOT NULL,
    authors      uuid[] NOT NULL,
    checked_by   uuid REFERENCES accounts,
    changed_at   timestamptz NOT NULL DEFAULT app_now(),
    published_at timestamptz,
    note         text NOT NULL DEFAULT '',      -- what the checker sent it back for
    UNIQUE (scenario_id, version),
    CHECK (cardinality(authors) > 0),
    CHECK ((state IN ('published', 'replaced')) = (published_at IS NOT NULL)),
    CONSTRAINT guide_checked_by_another CHECK (state NOT IN ('published', 'replaced') OR (checked_by IS NOT NULL AND NOT checked_by = ANY (authors)))
);
CREATE UNIQUE INDEX one_guide_in_force ON guide_versions (scenario_id) WHERE state = 'published';
CREATE UNIQUE INDEX one_guide_in_work ON guide_versions (scenario_id) WHERE state IN ('draft', 'submitted');

CREATE FUNCTION my_guide_role(wanted text) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT EXISTS (SELECT 1 FROM officer_roles WHERE account_id = viewer() AND role = wanted
                   AND app_today() BETWEEN valid_from AND coalesce(valid_to, 'infinity'::date))
$$;

-- What is published never changes again but to be replaced; what was dropped stays dropped.
CREATE FUNCTION guide_version_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state IN ('replaced', 'dropped') OR (OLD.state = 'published' AND (NEW.state <> 'replaced' OR NEW.data::text <> OLD.data::text))
       OR (OLD.state = 'submitted' AND NEW.data::text <> OLD.data::text AND NEW.state <> 'draft')
       OR (NEW.state = 'published' AND OLD.state <> 'submitted') OR NEW.revision <> OLD.revision + 1
       OR (NEW.scenario_id, NEW.version) <> (OLD.scenario_id, OLD.version) OR NOT NEW.authors @> OLD.authors THEN
        RAISE EXCEPTION 'a guide version does not move from % to %', OLD.state, NEW.state USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER guide_versions_move BEFORE UPDATE ON guide_versions FOR EACH ROW EXECUTE FUNCTION guide_version_moves();

ALTER TABLE guide_versions ENABLE ROW LEVEL SECURITY;
CREATE POLICY guide_in_force ON guide_versions FOR SELECT TO suishouban_web
    USING (state = 'published' OR my_guide_role('editor') OR my_guide_role('checker'));
CREATE POLICY guide_written ON guide_versions FOR INSERT TO suishouban_web
    WITH CHECK (my_guide_role('editor') AND state = 'draft' AND authors = ARRAY[viewer()]);
CREATE POLICY guide_moved ON guide_versions FOR UPDATE TO suishouban_web
    USING (my_guide_role('editor') OR my_guide_role('checker'))
    WITH CHECK (CASE state WHEN 'published' THEN my_guide_role('checker') AND checked_by = viewer() WHEN 'replaced' THEN my_guide_role('checker') ELSE true END);
CREATE POLICY worker_all ON guide_versions TO suishouban_worker USING (true);
GRANT SELECT, INSERT ON guide_versions TO suishouban_web;
GRANT UPDATE (state, revision, data, authors, checked_by, changed_at, published_at, note) ON guide_versions TO suishouban_web;
GRANT SELECT ON guide_versions TO suishouban_worker;

-- Who is forgotten keeps no guide.
GRANT DELETE ON kept_guides TO suishouban_worker;
