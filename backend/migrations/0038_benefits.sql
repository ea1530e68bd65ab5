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
