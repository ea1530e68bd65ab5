-- Sight, narrower: what the walk over every route and every table showed to be wider than anybody needs.

-- Whose cases an officer reads. Who writes the department's guides has no business with the people in its cases.
CREATE OR REPLACE FUNCTION my_departments() RETURNS text[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT coalesce(array_agg(DISTINCT department_id), '{}') FROM officer_roles
    WHERE account_id = viewer() AND role IN ('window', 'reviewer', 'approver', 'head', 'supervisor', 'auditor')
      AND app_today() BETWEEN valid_from AND coalesce(valid_to, 'infinity'::date)
$$;

-- A session shows somebody else's affairs only under a mandate between these two people, and never begins or goes on with another.
CREATE FUNCTION session_fits_mandate() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF NEW.mandate_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM mandates m WHERE m.id = NEW.mandate_id
        AND m.agent_id = NEW.account_id AND m.principal_id = NEW.principal_id) THEN
        RAISE EXCEPTION 'the mandate of a session is between its two people' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER sessions_fit_mandate BEFORE INSERT OR UPDATE ON sessions FOR EACH ROW EXECUTE FUNCTION session_fits_mandate();

-- What was told of somebody else's case is gone with the right to see the case.
ALTER POLICY own_notices ON notices
    USING (person_id = viewer() AND (case_id IS NULL OR EXISTS (SELECT 1 FROM cases c WHERE c.id = case_id)));

-- Seeing an account is no right to open one: that stays with `opens_own_account`.
DROP POLICY own_account ON accounts;
CREATE POLICY own_account ON accounts FOR SELECT TO suishouban_web USING (may_act(id, 'see', NULL)
    OR EXISTS (SELECT 1 FROM mandates m WHERE m.agent_id = accounts.id AND m.principal_id = viewer()));

-- What registers know is found by the keyed hash of who is asked about, one at a time; nobody leafs through them.
CREATE FUNCTION records_about(subjects bytea[]) RETURNS TABLE (register text, subject bytea, sealed bytea, at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS
$$ SELECT r.register, r.subject, r.sealed, r.at FROM register_records r WHERE r.subject = ANY (subjects) $$;
REVOKE SELECT ON register_records FROM suishouban_web;
