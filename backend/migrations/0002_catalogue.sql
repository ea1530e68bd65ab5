-- The catalogue: what a city published, version by version. Public to read; written by the pack loader and the import as owner.
-- `data` is json, not jsonb: the order in which choices and questions were written is kept.

-- The city's vocabulary (elements, materials, certificate types, registers, offices, texts) as loaded; the newest row is in force.
CREATE TABLE packs (
    id         integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    region     text NOT NULL CHECK (region ~ '^[0-9]{6}$'),
    name       text NOT NULL,
    sha256     bytea NOT NULL UNIQUE,
    data       json NOT NULL,
    loaded_at  timestamptz NOT NULL DEFAULT app_now()
);

CREATE TABLE items (
    code          text PRIMARY KEY,
    kind          text NOT NULL CHECK (kind IN ('item', 'guide')),   -- a guide can be read, not filed
    name          text NOT NULL,
    department    text NOT NULL,                -- as people read it
    department_id text REFERENCES departments,  -- whose desk it reaches; items only
    region        text NOT NULL,
    version       integer,                      -- the published one; NULL: withdrawn
    source        text NOT NULL,                -- pack, guangdong, qianfeng …
    subjects      text[] NOT NULL DEFAULT '{}',
    themes        text[] NOT NULL DEFAULT '{}',
    instant       boolean NOT NULL DEFAULT false,
    visits        integer,
    promised      integer,
    promised_unit text,
    words         tsvector NOT NULL DEFAULT '',
    CHECK (kind = 'guide' OR department_id IS NOT NULL)
);
CREATE INDEX items_words ON items USING gin (words);
CREATE INDEX items_shelf ON items (kind, department) WHERE version IS NOT NULL;
CREATE INDEX items_themes ON items USING gin (themes) WHERE version IS NOT NULL;

CREATE TABLE item_versions (
    code         text NOT NULL REFERENCES items DEFERRABLE INITIALLY DEFERRED,
    version      integer NOT NULL CHECK (version > 0),
    pack_id      integer REFERENCES packs,
    sha256       bytea NOT NULL,
    data         json NOT NULL,
    review       jsonb,                         -- the legal review: who, when, of which hash, demo or not
    published_at timestamptz NOT NULL DEFAULT app_now(),
    PRIMARY KEY (code, version)
);
ALTER TABLE items ADD FOREIGN KEY (code, version) REFERENCES item_versions (code, version) DEFERRABLE INITIALLY DEFERRED;
CREATE TRIGGER item_versions_append_only BEFORE UPDATE OR DELETE ON item_versions FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- Nothing may be filed that was not legally reviewed, by any channel.
CREATE FUNCTION published_is_reviewed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.kind = 'item' AND NEW.version IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM item_versions v WHERE v.code = NEW.code AND v.version = NEW.version AND v.review IS NOT NULL) THEN
        RAISE EXCEPTION 'item % version % has no legal review', NEW.code, NEW.version USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER items_reviewed AFTER INSERT OR UPDATE ON items DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION published_is_reviewed();

CREATE TABLE scenarios (
    id       text PRIMARY KEY,
    title    text NOT NULL,
    position integer NOT NULL DEFAULT 0,
    sha256   bytea NOT NULL,
    data     json NOT NULL,
    pack_id  integer NOT NULL REFERENCES packs
);

-- Working days as the State Council published them; a day of a year that is not here is provisional.
CREATE TABLE calendar_days (
    day        date PRIMARY KEY,
    is_workday boolean NOT NULL,
    name       text,
    source     text NOT NULL
);

GRANT SELECT ON packs, items, item_versions, scenarios, calendar_days TO suishouban_web, suishouban_worker;
