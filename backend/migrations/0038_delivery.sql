-- What could not be brought is found by a mark, not by looking through everything unread.
-- `astray`: the office that may have to say it itself ('' any counter), set when nothing but the inbox could be tried, or when
-- a way failed; whether another way brought it in the end is asked when the list is read.
ALTER TABLE notices ADD COLUMN astray text;
UPDATE notices n SET astray = coalesce(c.department_id, e.department_id, '') FROM events e LEFT JOIN cases c ON c.id = e.case_id
WHERE e.id = n.event_id AND n.channel = 'inbox' AND n.read_at IS NULL
  AND (n.must AND NOT EXISTS (SELECT 1 FROM notices k WHERE k.event_id = n.event_id AND k.person_id = n.person_id AND k.channel <> 'inbox')
       OR EXISTS (SELECT 1 FROM notices k WHERE k.event_id = n.event_id AND k.person_id = n.person_id AND k.state IN ('failed', 'unknown')));
DROP INDEX notices_must;
CREATE INDEX notices_astray ON notices (astray, must DESC, created_at) WHERE channel = 'inbox' AND read_at IS NULL AND astray IS NOT NULL;

-- One row after the other, each by its key: a plan made for many would read the whole queue.
CREATE FUNCTION mark_untried() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE untried record;
BEGIN
    FOR untried IN SELECT w.id, w.event_id FROM told w WHERE w.channel = 'inbox' AND w.must
        AND NOT EXISTS (SELECT 1 FROM told k WHERE k.event_id = w.event_id AND k.person_id = w.person_id AND k.channel <> 'inbox')
    LOOP
        UPDATE notices SET astray = (SELECT coalesce(c.department_id, e.department_id, '') FROM events e LEFT JOIN cases c ON c.id = e.case_id
                                     WHERE e.id = untried.event_id) WHERE id = untried.id;
    END LOOP;
    RETURN NULL;
END $$;
CREATE TRIGGER notices_untried AFTER INSERT ON notices REFERENCING NEW TABLE AS told FOR EACH STATEMENT EXECUTE FUNCTION mark_untried();
CREATE FUNCTION mark_astray() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    UPDATE notices n SET astray = coalesce(c.department_id, e.department_id, '') FROM events e LEFT JOIN cases c ON c.id = e.case_id
    WHERE n.event_id = NEW.event_id AND n.person_id = NEW.person_id AND n.channel = 'inbox' AND n.astray IS NULL AND e.id = n.event_id;
    RETURN NULL;
END $$;
CREATE TRIGGER notices_astray AFTER UPDATE OF state ON notices FOR EACH ROW
    WHEN (NEW.state IN ('failed', 'unknown') AND OLD.state NOT IN ('failed', 'unknown')) EXECUTE FUNCTION mark_astray();

-- Whose lists the viewer sees: those of her departments, at a counter also what is about no case. As `looks_after`, asked once.
CREATE FUNCTION offices_looked_after() RETURNS SETOF text LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT r.department_id FROM officer_roles r WHERE r.account_id = viewer() AND r.role IN ('window', 'head') AND r.department_id IS NOT NULL
        AND app_today() BETWEEN r.valid_from AND coalesce(r.valid_to, 'infinity'::date)
    UNION SELECT '' FROM officer_roles r WHERE r.account_id = viewer() AND r.role = 'window'
        AND app_today() BETWEEN r.valid_from AND coalesce(r.valid_to, 'infinity'::date)
$$;
-- Of these inbox rows: not read, on no other way, not said by hand, of somebody who is still there.
CREATE FUNCTION is_astray(event bigint, person uuid, notice uuid, at timestamptz, law boolean) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT at > app_now() - interval '90 days'
      AND (law OR EXISTS (SELECT 1 FROM notices k WHERE k.event_id = event AND k.person_id = person AND k.state IN ('failed', 'unknown')))
      AND NOT EXISTS (SELECT 1 FROM notices k WHERE k.event_id = event AND k.person_id = person AND k.channel <> 'inbox' AND k.state NOT IN ('failed', 'unknown'))
      AND NOT EXISTS (SELECT 1 FROM notice_followups f WHERE f.notice_id = notice AND f.done_at IS NOT NULL)
      AND EXISTS (SELECT 1 FROM accounts a WHERE a.id = person AND a.erased_at IS NULL)
$$;
CREATE OR REPLACE FUNCTION not_brought(most integer) RETURNS TABLE (id uuid, person_id uuid, must boolean, words jsonb, number text, created_at timestamptz,
    name_sealed bytea, key_wrapped bytea, tried jsonb, opened_at timestamptz) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT n.id, n.person_id, n.must, n.words, c.number, n.created_at, a.name_sealed, a.key_wrapped,
           (SELECT coalesce(jsonb_agg(jsonb_build_object('channel', k.channel, 'state', k.state, 'problem', coalesce(k.problem, '')) ORDER BY k.channel), '[]')
            FROM notices k WHERE k.event_id = n.event_id AND k.person_id = n.person_id AND k.channel <> 'inbox'), f.opened_at
    FROM (SELECT x.* FROM offices_looked_after() AS mine(office) CROSS JOIN LATERAL (
              SELECT w.id, w.event_id, w.person_id, w.must, w.words, w.created_at FROM notices w
              WHERE w.astray = mine.office AND w.channel = 'inbox' AND w.read_at IS NULL AND w.astray IS NOT NULL
                AND is_astray(w.event_id, w.person_id, w.id, w.created_at, w.must)
              ORDER BY w.must DESC, w.created_at LIMIT most) x
          ORDER BY x.must DESC, x.created_at LIMIT most) n
    JOIN events e ON e.id = n.event_id JOIN accounts a ON a.id = n.person_id
    LEFT JOIN cases c ON c.id = e.case_id LEFT JOIN notice_followups f ON f.notice_id = n.id
    ORDER BY n.must DESC, n.created_at
$$;
-- Whether this one is on the viewer's list, however long the list is.
CREATE FUNCTION on_my_list(notice uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT EXISTS (SELECT 1 FROM notices n WHERE n.id = notice AND n.channel = 'inbox' AND n.read_at IS NULL
        AND n.astray IN (SELECT offices_looked_after()) AND is_astray(n.event_id, n.person_id, n.id, n.created_at, n.must))
$$;
CREATE OR REPLACE FUNCTION reach_by_hand(notice uuid) RETURNS TABLE (person_id uuid, key_wrapped bytea, phone_sealed bytea, email_sealed bytea,
    party_id uuid, address_source text, address_sealed bytea) LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF NOT on_my_list(notice) THEN RETURN; END IF;
    INSERT INTO notice_followups AS f (notice_id, opened_by, opened_at) VALUES (notice, viewer(), app_now())
    ON CONFLICT (notice_id) DO UPDATE SET opened_by = viewer(), opened_at = app_now();
    RETURN QUERY SELECT a.id, a.key_wrapped, p.value_sealed, m.value_sealed, x.party_id, x.source, x.sealed
    FROM notices n JOIN accounts a ON a.id = n.person_id
    LEFT JOIN contacts p ON p.account_id = a.id AND p.kind = 'phone' LEFT JOIN contacts m ON m.account_id = a.id AND m.kind = 'email'
    LEFT JOIN LATERAL (SELECT w.party_id, w.source, w.sealed FROM facts w JOIN parties y ON y.id = w.party_id AND y.is_self
        WHERE y.principal_id = a.id AND w.element = 'person.address' AND (w.source LIKE 'register.%' OR w.source = 'profile')
        ORDER BY w.source LIKE 'register.%' DESC, w.at DESC LIMIT 1) x ON true
    WHERE n.id = notice;
END $$;
CREATE OR REPLACE FUNCTION brought_by_hand(notice uuid, way text, said text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF NOT on_my_list(notice) THEN RETURN false; END IF;
    INSERT INTO notice_followups AS f (notice_id, how, remark, done_by, done_at) VALUES (notice, way, said, viewer(), app_now())
    ON CONFLICT (notice_id) DO UPDATE SET how = way, remark = said, done_by = viewer(), done_at = app_now();
    RETURN true;
END $$;
REVOKE EXECUTE ON FUNCTION mark_untried(), mark_astray(), offices_looked_after(), is_astray(bigint, uuid, uuid, timestamptz, boolean), on_my_list(uuid) FROM PUBLIC;

-- A page of an inbox, and the numbers on every page, however much lies in it.
DROP INDEX inbox_of;
DROP INDEX inbox_unread;
CREATE INDEX inbox_of ON notices (person_id, needs_you, created_at, event_id) WHERE channel = 'inbox';
CREATE INDEX inbox_unread ON notices (person_id, needs_you) WHERE channel = 'inbox' AND read_at IS NULL;
CREATE INDEX inbox_of_case ON notices (case_id, person_id, event_id) WHERE channel = 'inbox' AND case_id IS NOT NULL;
