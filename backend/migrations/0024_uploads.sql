-- Uploads that go on where they stopped, files that wait for the virus scanner, and small previews.

CREATE TABLE uploads (
    id           uuid PRIMARY KEY,
    principal_id uuid NOT NULL REFERENCES accounts,
    actor_id     uuid NOT NULL REFERENCES accounts,
    key          text NOT NULL,                 -- the sender's own word for it: begun again under it, it goes on
    length       integer NOT NULL CHECK (length > 0),
    received     integer NOT NULL DEFAULT 0 CHECK (received BETWEEN 0 AND length),
    sha256       bytea NOT NULL CHECK (octet_length(sha256) = 32),  -- of the whole, as its sender knows it
    name_sealed  bytea NOT NULL,
    file_id      uuid REFERENCES files ON DELETE SET NULL,          -- what became of it
    begun_at     timestamptz NOT NULL DEFAULT app_now(),
    touched_at   timestamptz NOT NULL DEFAULT app_now()
);
CREATE UNIQUE INDEX one_upload_a_key ON uploads (actor_id, principal_id, key) WHERE file_id IS NULL;
CREATE INDEX uploads_untouched ON uploads (touched_at);
CREATE INDEX uploads_of_file ON uploads (file_id) WHERE file_id IS NOT NULL;

-- Sealed bytes in the store, each under its own hash as everything there, until the whole has become a file.
CREATE TABLE upload_parts (
    upload_id uuid NOT NULL REFERENCES uploads ON DELETE CASCADE,
    start     integer NOT NULL,
    size      integer NOT NULL CHECK (size > 0),
    store_key text NOT NULL,
    PRIMARY KEY (upload_id, start)
);

-- A part begins where the last one ended, and there is no part more once the whole has become a file.
CREATE FUNCTION part_follows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE uploads SET received = received + NEW.size, touched_at = app_now()
     WHERE id = NEW.upload_id AND received = NEW.start AND file_id IS NULL;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'a part that does not follow' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER part_follows BEFORE INSERT ON upload_parts FOR EACH ROW EXECUTE FUNCTION part_follows();

ALTER TABLE uploads ENABLE ROW LEVEL SECURITY;
ALTER TABLE upload_parts ENABLE ROW LEVEL SECURITY;
CREATE POLICY my_uploads ON uploads TO suishouban_web USING (actor_id = viewer() AND may_act(principal_id, 'fill', NULL));
CREATE POLICY my_parts ON upload_parts TO suishouban_web USING (EXISTS (SELECT 1 FROM uploads u WHERE u.id = upload_id));
CREATE POLICY worker_all ON uploads TO suishouban_worker USING (true);
CREATE POLICY worker_all ON upload_parts TO suishouban_worker USING (true);
GRANT SELECT, INSERT, DELETE ON uploads, upload_parts TO suishouban_web;
GRANT UPDATE (received, touched_at, file_id) ON uploads TO suishouban_web;
GRANT SELECT, DELETE ON uploads, upload_parts TO suishouban_worker;
GRANT UPDATE (received, touched_at, file_id) ON uploads TO suishouban_worker;

-- off: no scanner was configured when it came. waiting: in quarantine. Only what waits is ever answered.
ALTER TABLE files ADD COLUMN scan text NOT NULL DEFAULT 'off' CHECK (scan IN ('off', 'waiting', 'clean', 'infected')),
    ADD COLUMN scanned_at timestamptz,
    ADD COLUMN preview_sealed bytea CHECK (octet_length(preview_sealed) <= 65536);
CREATE INDEX files_waiting ON files (uploaded_at) WHERE scan = 'waiting';
CREATE FUNCTION scan_is_answered_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.scan <> NEW.scan AND OLD.scan <> 'waiting' THEN
        RAISE EXCEPTION 'what was scanned stays as it was found' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER scan_is_answered_once BEFORE UPDATE OF scan ON files FOR EACH ROW EXECUTE FUNCTION scan_is_answered_once();
GRANT UPDATE (scan, scanned_at, preview_sealed) ON files TO suishouban_worker;
GRANT UPDATE (version, changed_at) ON carts TO suishouban_worker;

-- What was taken out of a cart and belongs to nothing any more. Whatever refers to a file keeps it, also what is not thought of here.
CREATE FUNCTION forget_loose_files(before timestamptz) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    loose record;
BEGIN
    FOR loose IN SELECT f.id, f.store_key FROM files f WHERE f.uploaded_at < before
                 AND NOT EXISTS (SELECT 1 FROM cart_materials m WHERE m.file_id = f.id)
                 AND NOT EXISTS (SELECT 1 FROM case_files c WHERE c.file_id = f.id) LOOP
        BEGIN
            DELETE FROM files WHERE id = loose.id;
            RETURN NEXT loose.store_key;
        EXCEPTION WHEN foreign_key_violation THEN
            NULL;
        END;
    END LOOP;
END $$;
REVOKE EXECUTE ON FUNCTION forget_loose_files(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION forget_loose_files(timestamptz) TO suishouban_worker;
