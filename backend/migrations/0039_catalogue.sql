-- A table of guides is brought in by two: whoever read it sends it on, and a checker or a lawyer of the department, who neither
-- brought nor sent it, lets it in.
ALTER TABLE catalogue_imports
    ADD COLUMN sent_by    uuid REFERENCES accounts,
    ADD COLUMN sent_name  text NOT NULL DEFAULT '',
    ADD COLUMN let_by     uuid REFERENCES accounts,
    ADD COLUMN let_name   text NOT NULL DEFAULT '',
    DROP CONSTRAINT catalogue_imports_state_check,
    DROP CONSTRAINT catalogue_imports_check,
    ADD CONSTRAINT catalogue_imports_state_check
        CHECK (state IN ('reading', 'read', 'checking', 'bringing', 'done', 'refused', 'dropped')),
    ADD CONSTRAINT catalogue_imports_check
        CHECK ((state IN ('reading', 'read', 'checking', 'bringing')) = (content IS NOT NULL)),
    ADD CONSTRAINT let_in_by_another CHECK (let_by IS DISTINCT FROM actor_id AND let_by IS DISTINCT FROM sent_by OR let_by IS NULL),
    ADD CONSTRAINT two_people CHECK (state NOT IN ('bringing', 'done') OR let_by IS NOT NULL) NOT VALID;

CREATE FUNCTION item_checker(who uuid, of text) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT EXISTS (SELECT 1 FROM officer_roles r WHERE r.account_id = who AND r.department_id = of AND r.role IN ('checker', 'legal')
        AND app_today() BETWEEN r.valid_from AND coalesce(r.valid_to, 'infinity'::date))
$$;

DROP POLICY decided_here ON catalogue_imports;
CREATE POLICY sent_here ON catalogue_imports FOR UPDATE TO suishouban_web
    USING (state = 'read' AND item_editor(viewer(), department_id))
    WITH CHECK (state IN ('checking', 'dropped') AND sent_by = viewer() AND let_by IS NULL AND item_editor(viewer(), department_id));
CREATE POLICY let_in_here ON catalogue_imports FOR UPDATE TO suishouban_web
    USING (state = 'checking' AND item_checker(viewer(), department_id))
    WITH CHECK (state IN ('bringing', 'dropped') AND let_by = viewer() AND item_checker(viewer(), department_id));
GRANT UPDATE (sent_by, sent_name, let_by, let_name) ON catalogue_imports TO suishouban_web;
