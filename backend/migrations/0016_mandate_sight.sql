-- An agent sees of her principal what the things in her mandate ask for, and nothing else; what she writes stays inside it too.

-- What each item that can be filed asks for. Filled by triggers from what is in force, whoever publishes it.
CREATE TABLE item_scopes (
    code      text PRIMARY KEY REFERENCES items ON DELETE CASCADE,
    agent     boolean NOT NULL,                 -- may be left to an agent at all
    kinds     text[] NOT NULL,                  -- of the parties its roles can bind
    elements  text[] NOT NULL,                  -- asked, judged, and what those follow from; `pledge.<material>` beside them
    materials text[] NOT NULL
);
GRANT SELECT ON item_scopes TO suishouban_web, suishouban_worker;

CREATE FUNCTION keep_item_scope() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    INSERT INTO item_scopes AS s (code, agent, kinds, elements, materials)
    SELECT i.code, coalesce((v.data->'item'->>'agent')::boolean, false),
           ARRAY(SELECT DISTINCT k FROM (
               SELECT coalesce(r.value->>'kind', r.value #>> '{}') FROM json_each(v.data->'item'->'roles') r
               UNION SELECT split_part(e, '.', 1) FROM json_object_keys(v.data->'elements') e
               UNION SELECT split_part(m, '.', 1) FROM json_object_keys(v.data->'materials') m) AS found(k) ORDER BY k),
           ARRAY(SELECT e FROM json_object_keys(v.data->'elements') e UNION SELECT 'pledge.' || m FROM json_object_keys(v.data->'materials') m ORDER BY 1),
           ARRAY(SELECT m FROM json_object_keys(v.data->'materials') m ORDER BY m)
    FROM items i JOIN item_versions v ON (v.code, v.version) = (i.code, i.version)
    WHERE i.code = NEW.code AND i.kind = 'item'
    ON CONFLICT (code) DO UPDATE SET agent = excluded.agent, kinds = excluded.kinds, elements = excluded.elements, materials = excluded.materials;
    RETURN NULL;
END $$;
CREATE TRIGGER items_scope AFTER INSERT OR UPDATE OF version ON items
    FOR EACH ROW WHEN (NEW.kind = 'item' AND NEW.version IS NOT NULL) EXECUTE FUNCTION keep_item_scope();
CREATE TRIGGER item_versions_scope AFTER INSERT ON item_versions FOR EACH ROW EXECUTE FUNCTION keep_item_scope();
SET CONSTRAINTS ALL IMMEDIATE;
UPDATE items SET version = version WHERE kind = 'item' AND version IS NOT NULL;
SET CONSTRAINTS ALL IMMEDIATE;

-- "Everything an agent may do" is what the item leaves to agents; a guardian, or who represents a business by law, stands in
-- the principal's own place.
CREATE FUNCTION mandate_covers(kind text, items text[], item text) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT item IS NULL OR item = ANY (items) OR (items IS NULL AND (kind IN ('guardian', 'representative') OR EXISTS (
        SELECT 1 FROM item_scopes s WHERE s.code = item AND s.agent)))
$$;
CREATE OR REPLACE FUNCTION may_act(principal uuid, action text, item text) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT principal = viewer() OR EXISTS (
        SELECT 1 FROM mandates m
        WHERE m.principal_id = principal AND m.agent_id = viewer() AND m.ended_at IS NULL
          AND app_today() BETWEEN m.valid_from AND m.valid_to AND action = ANY (m.actions) AND mandate_covers(m.kind, m.items, item))
$$;
-- The same under one mandate, the one that is written down with the deed. No mandate: her own affairs.
CREATE FUNCTION may_act_under(mandate uuid, principal uuid, action text, item text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT CASE WHEN mandate IS NULL THEN principal = viewer() ELSE EXISTS (
        SELECT 1 FROM mandates m
        WHERE m.id = mandate AND m.principal_id = principal AND m.agent_id = viewer() AND m.ended_at IS NULL
          AND app_today() BETWEEN m.valid_from AND m.valid_to AND action = ANY (m.actions) AND mandate_covers(m.kind, m.items, item)) END
$$;

-- Of whom the viewer may fill in what: all live mandates together, computed once a statement.
CREATE FUNCTION my_items() RETURNS TABLE (principal_id uuid, code text) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT DISTINCT m.principal_id, s.code FROM mandates m
    JOIN item_scopes s ON s.code = ANY (m.items) OR (m.items IS NULL AND (s.agent OR m.kind IN ('guardian', 'representative')))
    WHERE m.agent_id = viewer() AND m.ended_at IS NULL AND app_today() BETWEEN m.valid_from AND m.valid_to AND 'fill' = ANY (m.actions)
$$;
CREATE FUNCTION my_elements() RETURNS TABLE (principal_id uuid, element text) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS
$$ SELECT DISTINCT i.principal_id, e FROM my_items() i JOIN item_scopes s USING (code), unnest(s.elements) AS e $$;
CREATE FUNCTION my_kinds() RETURNS TABLE (principal_id uuid, kind text) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS
$$ SELECT DISTINCT i.principal_id, k FROM my_items() i JOIN item_scopes s USING (code), unnest(s.kinds) AS k $$;
CREATE FUNCTION my_materials() RETURNS TABLE (principal_id uuid, material text) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS
$$ SELECT DISTINCT i.principal_id, m FROM my_items() i JOIN item_scopes s USING (code), unnest(s.materials) AS m $$;

-- Parties and facts. The party that is the principal herself is known to whoever may see anything of hers: it says nothing.
DROP POLICY own_parties ON parties;
CREATE POLICY parties_seen ON parties FOR SELECT TO suishouban_web
    USING (principal_id = viewer() OR (is_self AND may_act(principal_id, 'see', NULL))
           OR (principal_id, kind) IN (SELECT s.principal_id, s.kind FROM my_kinds() s));
CREATE POLICY parties_made ON parties FOR INSERT TO suishouban_web
    WITH CHECK (principal_id = viewer() OR (NOT is_self AND (principal_id, kind) IN (SELECT s.principal_id, s.kind FROM my_kinds() s)));
CREATE POLICY parties_named ON parties FOR UPDATE TO suishouban_web
    USING (principal_id = viewer() OR (principal_id, kind) IN (SELECT s.principal_id, s.kind FROM my_kinds() s));

DROP POLICY own_facts ON facts;
CREATE POLICY facts_in_scope ON facts TO suishouban_web
    USING (EXISTS (SELECT 1 FROM parties p WHERE p.id = party_id AND (p.principal_id = viewer()
           OR (p.principal_id, facts.element) IN (SELECT s.principal_id, s.element FROM my_elements() s))));

-- Carts. A draft is its maker's; the principal reads what is being prepared for her. What is not in scope (any more) is not there.
DROP POLICY my_cart ON carts;
CREATE POLICY cart_seen ON carts FOR SELECT TO suishouban_web
    USING (principal_id = viewer() OR (actor_id = viewer() AND may_act(principal_id, 'fill', NULL)));
CREATE POLICY cart_opened ON carts FOR INSERT TO suishouban_web WITH CHECK (actor_id = viewer() AND may_act(principal_id, 'fill', NULL));
CREATE POLICY cart_changed ON carts FOR UPDATE TO suishouban_web USING (actor_id = viewer() AND may_act(principal_id, 'fill', NULL));

DROP POLICY my_lines ON cart_lines;
CREATE POLICY lines_seen ON cart_lines FOR SELECT TO suishouban_web
    USING (EXISTS (SELECT 1 FROM carts c WHERE c.id = cart_id AND (c.principal_id = viewer()
           OR (c.principal_id, item_code) IN (SELECT s.principal_id, s.code FROM my_items() s))));
CREATE POLICY lines_put_in ON cart_lines FOR INSERT TO suishouban_web
    WITH CHECK (EXISTS (SELECT 1 FROM carts c WHERE c.id = cart_id AND c.actor_id = viewer() AND c.state = 'open'
                AND may_act(c.principal_id, 'fill', item_code)));
CREATE POLICY lines_changed ON cart_lines FOR UPDATE TO suishouban_web
    USING (EXISTS (SELECT 1 FROM carts c WHERE c.id = cart_id AND c.actor_id = viewer() AND may_act(c.principal_id, 'fill', item_code)));
CREATE POLICY lines_taken_out ON cart_lines FOR DELETE TO suishouban_web
    USING (EXISTS (SELECT 1 FROM carts c WHERE c.id = cart_id AND c.actor_id = viewer() AND may_act(c.principal_id, 'fill', item_code)));
-- The next place in a cart, also after lines that are out of her sight.
CREATE FUNCTION last_place(cart uuid) RETURNS integer LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT coalesce(max(l.position), 0) FROM cart_lines l JOIN carts c ON c.id = l.cart_id
    WHERE l.cart_id = cart AND c.actor_id = viewer()
$$;

DROP POLICY my_answers ON answers;
CREATE POLICY answers_seen ON answers FOR SELECT TO suishouban_web
    USING (EXISTS (SELECT 1 FROM carts c WHERE c.id = cart_id AND (c.principal_id = viewer()
           OR (c.principal_id, split_part(element, '#', 1)) IN (SELECT s.principal_id, s.element FROM my_elements() s))));
CREATE POLICY answers_kept ON answers TO suishouban_web
    USING (EXISTS (SELECT 1 FROM carts c WHERE c.id = cart_id AND c.actor_id = viewer() AND (c.principal_id = viewer()
           OR (c.principal_id, split_part(element, '#', 1)) IN (SELECT s.principal_id, s.element FROM my_elements() s))));

-- Whose file it is, told to whoever took the photo and to the principal: the row itself is only shown where it is handed in.
CREATE FUNCTION file_principal(file uuid) RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS
$$ SELECT f.principal_id FROM files f WHERE f.id = file AND viewer() IN (f.actor_id, f.principal_id) $$;
DROP POLICY my_materials ON cart_materials;
CREATE POLICY materials_seen ON cart_materials FOR SELECT TO suishouban_web
    USING (EXISTS (SELECT 1 FROM carts c WHERE c.id = cart_id AND (c.principal_id = viewer()
           OR (c.principal_id, material) IN (SELECT s.principal_id, s.material FROM my_materials() s))));
CREATE POLICY materials_kept ON cart_materials TO suishouban_web
    USING (EXISTS (SELECT 1 FROM carts c WHERE c.id = cart_id AND c.actor_id = viewer() AND (c.principal_id = viewer()
           OR (c.principal_id, material) IN (SELECT s.principal_id, s.material FROM my_materials() s))))
    WITH CHECK (EXISTS (SELECT 1 FROM carts c WHERE c.id = cart_id AND c.actor_id = viewer() AND c.principal_id = file_principal(file_id)
           AND (c.principal_id = viewer() OR (c.principal_id, material) IN (SELECT s.principal_id, s.material FROM my_materials() s))));

-- Files: where they are handed in, so far as that is in sight. How much a person keeps is counted over all of hers.
CREATE INDEX cart_materials_of_file ON cart_materials (file_id);
DROP POLICY own_files ON files;
CREATE POLICY files_seen ON files FOR SELECT TO suishouban_web
    USING (principal_id = viewer() OR EXISTS (SELECT 1 FROM cart_materials m WHERE m.file_id = files.id)
           OR EXISTS (SELECT 1 FROM case_files f WHERE f.file_id = files.id));
CREATE POLICY files_handed_in ON files FOR INSERT TO suishouban_web WITH CHECK (actor_id = viewer() AND may_act(principal_id, 'fill', NULL));
CREATE FUNCTION kept_bytes(principal uuid) RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS
$$ SELECT coalesce(sum(f.size), 0) FROM files f WHERE f.principal_id = principal AND may_act(principal, 'fill', NULL) $$;

-- Orders and cases: under the mandate that is written down with them, by the one who looks.
DROP POLICY order_seen ON orders;
CREATE POLICY order_seen ON orders FOR SELECT TO suishouban_web
    USING (principal_id = viewer() OR EXISTS (SELECT 1 FROM cases c WHERE c.order_id = orders.id));
ALTER POLICY order_filed ON orders WITH CHECK (actor_id = viewer() AND may_act_under(mandate_id, principal_id, 'submit', NULL));
ALTER POLICY case_filed ON cases WITH CHECK (actor_id = viewer() AND may_act_under(mandate_id, principal_id, 'submit', item_code));

-- Photos join a case in the moment it is filed, or when it is put right, by who may do that, and only photos of the same principal's.
DROP POLICY case_files_seen ON case_files;
CREATE POLICY case_files_seen ON case_files FOR SELECT TO suishouban_web USING (EXISTS (SELECT 1 FROM cases c WHERE c.id = case_id));
CREATE POLICY case_files_added ON case_files FOR INSERT TO suishouban_web
    WITH CHECK (EXISTS (SELECT 1 FROM cases c WHERE c.id = case_id AND c.principal_id = file_principal(file_id) AND (
        (c.state = 'correcting' AND may_act(c.principal_id, 'correct', c.item_code))
        OR (c.version = 1 AND c.received_at = app_now() AND c.actor_id = viewer() AND may_act_under(c.mandate_id, c.principal_id, 'submit', c.item_code)))));

-- Events: of cases in sight; what is about no case is the principal's, and of the agent whose mandate it is about.
DROP POLICY events_seen ON events;
CREATE POLICY events_seen ON events FOR SELECT TO suishouban_web
    USING (CASE WHEN case_id IS NULL THEN principal_id = viewer() OR EXISTS (
                    SELECT 1 FROM mandates m WHERE m.id = mandate_id AND m.agent_id = viewer() AND may_act_under(m.id, m.principal_id, 'see', NULL))
                ELSE EXISTS (SELECT 1 FROM cases c WHERE c.id = case_id) END);
DROP POLICY events_made ON events;
CREATE POLICY events_made ON events FOR INSERT TO suishouban_web
    WITH CHECK ((actor_id = viewer() OR actor_kind = 'machine') AND CASE WHEN case_id IS NULL
        THEN principal_id = viewer() OR may_act_under(mandate_id, principal_id, 'see', NULL)
        ELSE EXISTS (SELECT 1 FROM cases c WHERE c.id = case_id AND c.principal_id = events.principal_id) END);

-- The journal: each side writes her own lines only.
DROP POLICY mandate_journal ON mandate_events;
CREATE POLICY journal_read ON mandate_events FOR SELECT TO suishouban_web
    USING (EXISTS (SELECT 1 FROM mandates m WHERE m.id = mandate_id AND viewer() IN (m.principal_id, m.agent_id)));
CREATE POLICY journal_written ON mandate_events FOR INSERT TO suishouban_web
    WITH CHECK (actor_id = viewer() AND EXISTS (SELECT 1 FROM mandates m WHERE m.id = mandate_id AND viewer() IN (m.principal_id, m.agent_id)));
