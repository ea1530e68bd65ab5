-- The cart: a draft for one principal by one actor. What is typed here is nobody's case yet.

CREATE TABLE carts (
    id           uuid PRIMARY KEY,
    principal_id uuid NOT NULL REFERENCES accounts,
    actor_id     uuid NOT NULL REFERENCES accounts,
    state        text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'filed')),
    version      integer NOT NULL DEFAULT 1,
    changed_at   timestamptz NOT NULL DEFAULT app_now()
);
CREATE UNIQUE INDEX one_open_cart ON carts (principal_id, actor_id) WHERE state = 'open';

CREATE TABLE cart_lines (
    id           uuid PRIMARY KEY,
    cart_id      uuid NOT NULL REFERENCES carts ON DELETE CASCADE,
    position     integer NOT NULL,
    item_code    text NOT NULL,
    item_version integer NOT NULL,
    bound        jsonb NOT NULL DEFAULT '{}',   -- role → party id, or a list of them for a repeated role
    added_at     timestamptz NOT NULL DEFAULT app_now(),
    FOREIGN KEY (item_code, item_version) REFERENCES item_versions (code, version),
    UNIQUE (cart_id, position)
);

-- One answer per subject and element: asked once. The subject is a party, or a line for what belongs to one filing alone.
CREATE TABLE answers (
    cart_id uuid NOT NULL REFERENCES carts ON DELETE CASCADE,
    subject uuid NOT NULL,
    element text NOT NULL,
    sealed  bytea NOT NULL,                     -- {value} or, for what cannot be one, {raw}: nothing typed is lost
    version integer NOT NULL DEFAULT 1,         -- the cart's when this was written: what another device has not seen yet
    at      timestamptz NOT NULL DEFAULT app_now(),
    PRIMARY KEY (cart_id, subject, element)
);

CREATE TABLE files (
    id           uuid PRIMARY KEY,
    principal_id uuid NOT NULL REFERENCES accounts,
    actor_id     uuid NOT NULL REFERENCES accounts,
    sha256       bytea NOT NULL,                -- of what is stored in clear, before sealing
    store_key    text NOT NULL,                 -- where the sealed bytes lie
    media_type   text NOT NULL CHECK (media_type IN ('image/jpeg', 'image/png', 'application/pdf')),
    size         integer NOT NULL CHECK (size > 0),
    pages        integer NOT NULL DEFAULT 1,
    name_sealed  bytea NOT NULL,
    uploaded_at  timestamptz NOT NULL DEFAULT app_now()
);
CREATE INDEX files_of ON files (principal_id);

-- One entry per subject, material and variant: given once.
CREATE TABLE cart_materials (
    cart_id  uuid NOT NULL REFERENCES carts ON DELETE CASCADE,
    subject  uuid NOT NULL,
    material text NOT NULL,
    variant  text NOT NULL DEFAULT '',
    position integer NOT NULL DEFAULT 0,        -- page order of several files
    file_id  uuid NOT NULL REFERENCES files,
    PRIMARY KEY (cart_id, subject, material, variant, position)
);

ALTER TABLE carts ENABLE ROW LEVEL SECURITY;
ALTER TABLE cart_lines ENABLE ROW LEVEL SECURITY;
ALTER TABLE answers ENABLE ROW LEVEL SECURITY;
ALTER TABLE files ENABLE ROW LEVEL SECURITY;
ALTER TABLE cart_materials ENABLE ROW LEVEL SECURITY;

CREATE POLICY my_cart ON carts TO suishouban_web USING (actor_id = viewer() AND may_act(principal_id, 'fill', NULL));
CREATE POLICY my_lines ON cart_lines TO suishouban_web USING (EXISTS (SELECT 1 FROM carts c WHERE c.id = cart_id))
    WITH CHECK (EXISTS (SELECT 1 FROM carts c WHERE c.id = cart_id AND may_act(c.principal_id, 'fill', item_code)));
CREATE POLICY my_answers ON answers TO suishouban_web USING (EXISTS (SELECT 1 FROM carts c WHERE c.id = cart_id));
CREATE POLICY my_materials ON cart_materials TO suishouban_web USING (EXISTS (SELECT 1 FROM carts c WHERE c.id = cart_id));
CREATE POLICY worker_all ON carts TO suishouban_worker USING (true);
CREATE POLICY worker_all ON cart_lines TO suishouban_worker USING (true);
CREATE POLICY worker_all ON answers TO suishouban_worker USING (true);
CREATE POLICY worker_all ON files TO suishouban_worker USING (true);
CREATE POLICY worker_all ON cart_materials TO suishouban_worker USING (true);

GRANT SELECT, INSERT ON carts, cart_lines, answers, files, cart_materials TO suishouban_web;
GRANT SELECT ON carts, cart_lines, answers, files, cart_materials TO suishouban_worker;
GRANT UPDATE (state, version, changed_at) ON carts TO suishouban_web;
GRANT UPDATE (position, item_version, bound) ON cart_lines TO suishouban_web;
GRANT UPDATE (sealed, at, version) ON answers TO suishouban_web;
GRANT DELETE ON cart_lines, answers, cart_materials TO suishouban_web;
