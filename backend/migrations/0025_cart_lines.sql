-- Lines of a cart: some are filed before the others, some are put in again as the last time; how often things are filed.

-- 1. Those that are ready are filed, the others stay. A line leaves its open cart only for one that is filed in the same
--    moment, of the same principal and the same actor.
CREATE FUNCTION line_keeps_its_people() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.cart_id <> OLD.cart_id AND NOT EXISTS (
        SELECT 1 FROM carts o JOIN carts n ON (n.principal_id, n.actor_id) = (o.principal_id, o.actor_id)
        WHERE o.id = OLD.cart_id AND n.id = NEW.cart_id AND o.state = 'open' AND n.state = 'filed'
          AND NOT EXISTS (SELECT 1 FROM orders f WHERE f.cart_id = n.id)) THEN
        RAISE EXCEPTION 'a line stays with its people' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER cart_lines_keep_people BEFORE UPDATE OF cart_id ON cart_lines FOR EACH ROW EXECUTE FUNCTION line_keeps_its_people();
GRANT UPDATE (cart_id) ON cart_lines TO suishouban_web;

-- 2. Put in again from an earlier order: the version it was filed under then, until she has seen what is different now.
ALTER TABLE cart_lines ADD COLUMN filed_version integer,
    ADD FOREIGN KEY (item_code, filed_version) REFERENCES item_versions (code, version);
GRANT UPDATE (filed_version) ON cart_lines TO suishouban_web;

-- 3. What is filed often, and what is filed together. Counted over a year by a job; fewer than ten people are nobody.
CREATE TABLE item_figures (
    code       text PRIMARY KEY REFERENCES items,
    people     integer NOT NULL CHECK (people >= 10),
    counted_on date NOT NULL
);
CREATE TABLE filed_together (
    code       text NOT NULL REFERENCES items,
    other      text NOT NULL REFERENCES items,
    people     integer NOT NULL CHECK (people >= 10),
    counted_on date NOT NULL,
    PRIMARY KEY (code, other),
    CHECK (code <> other)
);
ALTER TABLE item_figures ENABLE ROW LEVEL SECURITY;
ALTER TABLE filed_together ENABLE ROW LEVEL SECURITY;
CREATE POLICY figures_public ON item_figures FOR SELECT TO suishouban_web USING (true);
CREATE POLICY together_public ON filed_together FOR SELECT TO suishouban_web USING (true);
CREATE POLICY worker_all ON item_figures TO suishouban_worker USING (true);
CREATE POLICY worker_all ON filed_together TO suishouban_worker USING (true);
GRANT SELECT ON item_figures, filed_together TO suishouban_web;
GRANT SELECT, INSERT, DELETE ON item_figures, filed_together TO suishouban_worker;

-- 4. The scan of a signed paper is called as the column of files that came with the virus scanner: here it is the parameter.
CREATE OR REPLACE FUNCTION sign_at_counter(code bytea, scan uuid) RETURNS uuid LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
    UPDATE signatures SET state = 'signed', answered_at = app_now(), answered_by = viewer(), via = 'counter', file_id = $2
    WHERE counter_hash = $1 AND state = 'waiting' AND expires_at > app_now() AND at_counter()
      AND EXISTS (SELECT 1 FROM files f WHERE f.id = $2 AND f.actor_id = viewer()) RETURNING id
$$;
