-- What else benefits need: why a register said nothing, and what stood on a certificate without any rule reading it.

-- ---- Of an outage, its kind: the officer reads why.
ALTER TABLE register_requests ADD COLUMN said text NOT NULL DEFAULT '';
GRANT UPDATE (said) ON register_requests TO suishouban_worker;
-- How it stood with the registers of one case, for whoever examines it: the newest question to each, since the cart was open.
CREATE FUNCTION asked_for_case(of uuid) RETURNS TABLE (register text, state text, said text, asked_at timestamptz, done_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT DISTINCT ON (r.register) r.register, r.state, r.said, r.asked_at, r.done_at
    FROM cases c JOIN register_requests r ON r.principal_id = c.principal_id AND (r.case_id = c.id
        OR (r.case_id IS NULL AND c.item_code = ANY (r.items) AND r.asked_at BETWEEN c.received_at - interval '1 day' AND c.received_at))
    WHERE c.id = of AND examines(of, ARRAY['reviewer', 'approver', 'head', 'supervisor', 'auditor'])
    ORDER BY r.register, r.asked_at DESC
$$;

-- ---- A certificate or register that was wrong: also the cases in which it only stood for a material.
ALTER TABLE source_inquiries ADD COLUMN certificate_id uuid REFERENCES certificates;
DROP FUNCTION certificate_about(text);
CREATE FUNCTION certificate_about(wanted text) RETURNS TABLE (id uuid, type text, party_id uuid)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF cardinality(my_examinations()) > 0 THEN
        RETURN QUERY SELECT c.id, c.type, c.party_id FROM certificates c WHERE c.number = wanted;
    END IF;
END $$;
-- Of one certificate: the cases that say they used exactly this version of it; and those of before that was kept, by whom it is about.
CREATE OR REPLACE FUNCTION find_relied(inquiry uuid) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE q source_inquiries; found bigint;
BEGIN
    SELECT * INTO q FROM source_inquiries WHERE id = inquiry AND by_id = viewer();
    INSERT INTO inquiry_lines (inquiry_id, case_id, department_id, relied)
    SELECT q.id, c.id, c.department_id, jsonb_agg(stood.said ORDER BY stood.said->>'element', stood.said->>'material')
    FROM (
        SELECT r.case_id, jsonb_build_object('element', r.element, 'as_of', r.as_of, 'proof', encode(r.proof, 'hex')) AS said
        FROM relied_on r
        WHERE r.source = q.source AND (q.element IS NULL OR r.element = q.element)
          AND (q.subjects IS NULL OR r.subject = ANY (q.subjects))
          AND (q.certificate_id IS NULL OR EXISTS (SELECT 1 FROM case_sources s WHERE s.case_id = r.case_id AND s.certificate_id = q.certificate_id)
               OR (r.party_id = q.party_id AND NOT EXISTS (
                   SELECT 1 FROM case_sources s WHERE s.case_id = r.case_id AND s.way = 'certificate' AND 'certificate.' || s.source = q.source)))
          AND ((r.as_of AT TIME ZONE 'Asia/Shanghai')::date BETWEEN q.first AND q.last OR (r.at AT TIME ZONE 'Asia/Shanghai')::date BETWEEN q.first AND q.last)
        UNION ALL
        SELECT s.case_id, jsonb_build_object('material', s.material, 'as_of', x.received_at, 'number', s.number, 'version', s.version)
        FROM case_sources s JOIN cases x ON x.id = s.case_id LEFT JOIN certificates t ON t.id = s.certificate_id
        WHERE s.material <> '' AND s.way || '.' || s.source = q.source AND (q.certificate_id IS NULL OR s.certificate_id = q.certificate_id)
          AND (q.element IS NULL OR q.element = ANY (s.elements))
          AND (q.subjects IS NULL OR EXISTS (SELECT 1 FROM relied_on r WHERE r.party_id = s.subject AND r.subject = ANY (q.subjects))
               OR EXISTS (SELECT 1 FROM unnest(q.subjects) n CROSS JOIN LATERAL known_by_number(n) k WHERE k.account_id = s.subject))
          AND ((x.received_at AT TIME ZONE 'Asia/Shanghai')::date BETWEEN q.first AND q.last
               OR (t.issued_at AT TIME ZONE 'Asia/Shanghai')::date BETWEEN q.first AND q.last)
    ) stood JOIN cases c ON c.id = stood.case_id
    GROUP BY c.id, c.department_id;
    GET DIAGNOSTICS found = ROW_COUNT;
    RETURN found;
END $$;
CREATE INDEX case_sources_from ON case_sources (way, source);

-- ---- Whoever saw the names and addresses of those whom nothing digital reaches, or took the table along.
CREATE TABLE outreach_looks (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    department_id text NOT NULL REFERENCES departments,
    kind          text NOT NULL CHECK (kind IN ('list', 'table')),
    people        integer NOT NULL CHECK (people > 0),
    officer_id    uuid NOT NULL REFERENCES accounts,
    by_name       text NOT NULL,                    -- as she signs, at that time
    at            timestamptz NOT NULL
);
CREATE INDEX outreach_looks_of ON outreach_looks (department_id, id);
CREATE TRIGGER outreach_looks_stay BEFORE UPDATE OR DELETE ON outreach_looks FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER outreach_looks_no_truncate BEFORE TRUNCATE ON outreach_looks EXECUTE FUNCTION refuse_change();
ALTER TABLE outreach_looks ENABLE ROW LEVEL SECURITY;
CREATE POLICY looked_here ON outreach_looks FOR SELECT TO suishouban_web
    USING (department_id = ANY ((SELECT my_outreach())::text[]) OR department_id = ANY ((SELECT my_examinations())::text[]));
CREATE POLICY look_kept ON outreach_looks FOR INSERT TO suishouban_web
    WITH CHECK (officer_id = viewer() AND department_id = ANY ((SELECT my_outreach())::text[]));
CREATE POLICY worker_all ON outreach_looks TO suishouban_worker USING (true);
GRANT SELECT, INSERT ON outreach_looks TO suishouban_web;
GRANT SELECT ON outreach_looks TO suishouban_worker;

-- ---- Somebody checked a code that its holder carried along without a network: the holder is told, as of any other look. `words`: the digest of the certificate.
CREATE FUNCTION look_at_carried(words bytea, telephone bytea, look uuid, said_purpose text, said_elements text[])
RETURNS TABLE (state text, since timestamptz, valid_from date, valid_until date, event_id bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE c certificates; told bigint;
BEGIN
    SELECT * INTO c FROM certificates x WHERE x.digest = words;
    IF NOT FOUND THEN RETURN; END IF;
    INSERT INTO certificate_looks (id, certificate_id, holder_id, officer_id, department_id, browser, purpose, elements, standing, mark, at)
    SELECT look, c.id, c.holder_id, a.id, CASE WHEN a.id IS NOT NULL THEN (my_departments())[1] END, telephone, said_purpose, said_elements,
           CASE WHEN c.state <> 'valid' THEN c.state WHEN c.valid_from > app_today() THEN 'not_yet'
                WHEN c.valid_until < app_today() THEN 'expired' ELSE 'valid' END, '00', app_now()
    FROM (SELECT 1) one LEFT JOIN accounts a ON a.id = viewer() AND a.kind = 'officer';
    INSERT INTO events (principal_id, kind, actor_kind, actor_id, department_id, at, public, data)
    SELECT l.holder_id, 'certificate_shown', CASE WHEN l.officer_id IS NULL THEN 'machine' ELSE 'officer' END, l.officer_id, l.department_id,
           l.at, true, jsonb_build_object('certificate', c.id, 'type', c.type, 'page', '/certificates/' || c.id || '/looks')
    FROM certificate_looks l WHERE l.id = look RETURNING id INTO told;
    RETURN QUERY SELECT c.state, c.state_since, c.valid_from, c.valid_until, told;
END $$;
REVOKE EXECUTE ON FUNCTION look_at_carried(bytea, bytea, uuid, text, text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION look_at_carried(bytea, bytea, uuid, text, text[]) TO suishouban_web;
