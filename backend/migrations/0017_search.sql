-- Search. Each process holds an index of its own and follows the catalogue: whoever writes to `items`, however he does
-- it, raises the revision and says so; a search that is behind reads what changed first (backend/catalogue/search_index.py).

CREATE SEQUENCE catalogue_revisions;  -- never rolled back: one number never stands for two states

CREATE TABLE catalogue_revision (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    revision bigint NOT NULL
);
INSERT INTO catalogue_revision (revision) VALUES (nextval('catalogue_revisions'));
ALTER TABLE catalogue_revision ENABLE ROW LEVEL SECURITY;
CREATE POLICY everybody ON catalogue_revision FOR SELECT USING (true);

ALTER TABLE items ADD COLUMN stamp bigint NOT NULL DEFAULT 1;  -- the revision that wrote it
CREATE INDEX items_stamp ON items (stamp);
DROP INDEX items_words;  -- the words are read by the index of each process, no more asked here

-- The row is locked until the writer commits: revisions become visible in their order.
CREATE FUNCTION raise_catalogue_revision() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    UPDATE catalogue_revision SET revision = nextval('catalogue_revisions');
    PERFORM pg_notify('catalogue', '');
    RETURN NULL;
END $$;
CREATE TRIGGER items_revised BEFORE INSERT OR UPDATE OR DELETE ON items
    FOR EACH STATEMENT EXECUTE FUNCTION raise_catalogue_revision();

CREATE TRIGGER packs_revised AFTER INSERT OR UPDATE ON packs  -- the lexicon is the pack's
    FOR EACH STATEMENT EXECUTE FUNCTION raise_catalogue_revision();

CREATE FUNCTION stamp_catalogue_revision() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    NEW.stamp := (SELECT revision FROM catalogue_revision);
    RETURN NEW;
END $$;
CREATE TRIGGER items_stamped BEFORE INSERT OR UPDATE ON items
    FOR EACH ROW EXECUTE FUNCTION stamp_catalogue_revision();

-- How a word sounds, syllables without tones: what lets 失夜金 and shiyejin find 失业金. Filled by `pack load` and imports.
CREATE TABLE search_words (
    word  text PRIMARY KEY,
    sound text NOT NULL
);
ALTER TABLE search_words ENABLE ROW LEVEL SECURITY;
CREATE POLICY everybody ON search_words FOR SELECT USING (true);

GRANT SELECT ON catalogue_revision, search_words TO suishouban_web, suishouban_worker;
