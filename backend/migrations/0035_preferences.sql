-- How each person wants to be told, words an editor gave to notices, delivery reports, and what the office did about what
-- could not be brought.

-- 1. What she chose ---------------------------------------------------------------------------------------------
-- One row for each matter she decided about; without one the usual channels hold. The inbox has everything, always.
CREATE TABLE notice_choices (
    account_id uuid NOT NULL REFERENCES accounts,
    matter     text NOT NULL CHECK (matter IN ('needs', 'progress', 'done_for_me', 'reminders', 'offers', 'account', 'digest')),
    channels   text[] NOT NULL CHECK (channels <@ ARRAY['push', 'email', 'sms', 'letter']),
    chosen_at  timestamptz NOT NULL,
    PRIMARY KEY (account_id, matter)
);
CREATE TABLE notice_habits (
    account_id  uuid PRIMARY KEY REFERENCES accounts,
    quiet_from  time NOT NULL,                      -- by the clock of the city; equal ends: never quiet
    quiet_until time NOT NULL,
    as_agent    text NOT NULL DEFAULT 'all' CHECK (as_agent IN ('all', 'needs', 'inbox')),  -- what knocks when she acts for others
    changed_at  timestamptz NOT NULL
);
ALTER TABLE notice_choices ENABLE ROW LEVEL SECURITY;
ALTER TABLE notice_habits ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_choices ON notice_choices TO suishouban_web USING (account_id = viewer()) WITH CHECK (account_id = viewer());
CREATE POLICY own_habits ON notice_habits TO suishouban_web USING (account_id = viewer()) WITH CHECK (account_id = viewer());
CREATE POLICY worker_all ON notice_choices TO suishouban_worker USING (true);
CREATE POLICY worker_all ON notice_habits TO suishouban_worker USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON notice_choices, notice_habits TO suishouban_web;
GRANT SELECT, DELETE ON notice_choices, notice_habits TO suishouban_worker;

-- Who reads in large print, as she chose last: she is written to by text message and letter until she says otherwise.
ALTER TABLE accounts ADD COLUMN large_print boolean NOT NULL DEFAULT false;
GRANT UPDATE (large_print) ON accounts TO suishouban_web;

-- 2. What a notice is about, and what became of it ---------------------------------------------------------------
ALTER TABLE notices ADD COLUMN matter text NOT NULL DEFAULT 'progress'
    CHECK (matter IN ('needs', 'progress', 'done_for_me', 'reminders', 'offers', 'account', 'digest'));
ALTER TABLE notices ADD COLUMN must boolean NOT NULL DEFAULT false;   -- inbox: the law or her safety wants that it reaches her
ALTER TABLE notices ADD COLUMN arrived_at timestamptz;                -- sms: the operator reports that the phone took it
CREATE INDEX notices_must ON notices (created_at) WHERE channel = 'inbox' AND must AND read_at IS NULL;
CREATE INDEX notices_lost ON notices (created_at) WHERE state IN ('failed', 'unknown');

-- The operator's report on one text message. NULL: no such text message; false: it is still on its way, report again.
CREATE FUNCTION text_reported(reference uuid, arrived boolean, why text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE stands text;
BEGIN
    SELECT state INTO stands FROM notices WHERE id = reference AND channel = 'sms' FOR UPDATE;
    IF stands IS NULL THEN RETURN NULL; END IF;
    IF stands NOT IN ('sent', 'unknown', 'failed') THEN RETURN false; END IF;
    IF arrived THEN
        UPDATE notices SET state = 'sent', sent_at = coalesce(sent_at, app_now()), arrived_at = coalesce(arrived_at, app_now()), problem = NULL
        WHERE id = reference;
    ELSE
        UPDATE notices SET state = 'failed', sent_at = NULL, problem = 'operator: ' || left(why, 150)
        WHERE id = reference AND state <> 'failed' AND arrived_at IS NULL;
    END IF;
    RETURN true;
END $$;

-- One click in a letter switches these letters off: whose they are is known from the notice alone, and nothing is told back.
CREATE FUNCTION mailed_matter(notice uuid) RETURNS text LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS
$$ SELECT matter FROM notices WHERE id = notice AND channel = 'email' $$;
CREATE FUNCTION stop_mails(notice uuid, usual text[]) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE who uuid; what text;
BEGIN
    SELECT person_id, matter INTO who, what FROM notices WHERE id = notice AND channel = 'email';
    IF who IS NULL OR what NOT IN ('progress', 'reminders', 'offers', 'digest') THEN RETURN false; END IF;
    INSERT INTO notice_choices (account_id, matter, channels, chosen_at) VALUES (who, what, array_remove(usual, 'email'), app_now())
    ON CONFLICT (account_id, matter) DO UPDATE SET channels = array_remove(notice_choices.channels, 'email'), chosen_at = app_now();
    RETURN true;
END $$;

-- 3. Words an editor gave ----------------------------------------------------------------------------------------
-- Every version is kept; the newest is in force, and one without words means: as the product says it.
CREATE TABLE notice_wordings (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind       text NOT NULL CHECK (length(kind) <= 60),
    channel    text NOT NULL CHECK (channel IN ('inbox', 'push', 'sms')),
    language   text NOT NULL CHECK (language IN ('zh-Hans', 'zh-Hant', 'en')),
    words      jsonb CHECK (pg_column_size(words) < 8192),
    written_by uuid NOT NULL REFERENCES accounts,
    written_at timestamptz NOT NULL
);
CREATE INDEX wordings_in_force ON notice_wordings (kind, channel, language, id DESC);
CREATE TRIGGER notice_wordings_no_change BEFORE UPDATE OR DELETE ON notice_wordings FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER notice_wordings_no_truncate BEFORE TRUNCATE ON notice_wordings EXECUTE FUNCTION refuse_change();
ALTER TABLE notice_wordings ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_by_all ON notice_wordings FOR SELECT TO suishouban_web USING (true);
CREATE POLICY worded_by_editors ON notice_wordings FOR INSERT TO suishouban_web WITH CHECK (written_by = viewer() AND has_role('editor'));
CREATE POLICY worker_all ON notice_wordings TO suishouban_worker USING (true);
GRANT SELECT, INSERT ON notice_wordings TO suishouban_web;
GRANT SELECT ON notice_wordings TO suishouban_worker;

-- 4. What could not be brought, at the office --------------------------------------------------------------------
-- `notice_id`: the inbox row. Who looked at how she is reached, and what was done in the end.
CREATE TABLE notice_followups (
    notice_id uuid PRIMARY KEY REFERENCES notices ON DELETE CASCADE,
    opened_by uuid REFERENCES accounts,
    opened_at timestamptz,
    how       text CHECK (how IN ('called', 'letter', 'visit', 'counter', 'not_needed')),
    remark    text CHECK (length(remark) <= 200),
    done_by   uuid REFERENCES accounts,
    done_at   timestamptz,
    CHECK ((how IS NULL) = (done_at IS NULL) AND (done_at IS NULL) = (done_by IS NULL)),
    CHECK ((opened_at IS NULL) = (opened_by IS NULL))
);
ALTER TABLE notice_followups ENABLE ROW LEVEL SECURITY;
CREATE POLICY worker_all ON notice_followups TO suishouban_worker USING (true);
GRANT SELECT, DELETE ON notice_followups TO suishouban_worker;

-- Whose notices an officer looks after: those of her department's cases; what is about no case, at any counter.
CREATE FUNCTION looks_after(department text) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT EXISTS (SELECT 1 FROM officer_roles WHERE account_id = viewer() AND role IN ('window', 'head')
                   AND (department IS NULL AND role = 'window' OR department_id = department)
                   AND app_today() BETWEEN valid_from AND coalesce(valid_to, 'infinity'::date))
$$;
-- What must reach her and has not: she has not read it, and no other way brought it or still tries. Then the rest that failed.
CREATE FUNCTION not_brought(most integer) RETURNS TABLE (id uuid, person_id uuid, must boolean, words jsonb, number text, created_at timestamptz,
    name_sealed bytea, key_wrapped bytea, tried jsonb, opened_at timestamptz) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT n.id, n.person_id, n.must, n.words, c.number, n.created_at, a.name_sealed, a.key_wrapped,
           (SELECT coalesce(jsonb_agg(jsonb_build_object('channel', k.channel, 'state', k.state, 'problem', coalesce(k.problem, '')) ORDER BY k.channel), '[]')
            FROM notices k WHERE k.event_id = n.event_id AND k.person_id = n.person_id AND k.channel <> 'inbox'), f.opened_at
    FROM notices n JOIN events e ON e.id = n.event_id JOIN accounts a ON a.id = n.person_id
    LEFT JOIN cases c ON c.id = e.case_id LEFT JOIN notice_followups f ON f.notice_id = n.id
    WHERE n.channel = 'inbox' AND n.read_at IS NULL AND f.done_at IS NULL AND a.erased_at IS NULL AND looks_after(coalesce(c.department_id, e.department_id))
      AND (n.must OR EXISTS (SELECT 1 FROM notices k WHERE k.event_id = n.event_id AND k.person_id = n.person_id AND k.state IN ('failed', 'unknown')))
      AND NOT EXISTS (SELECT 1 FROM notices k WHERE k.event_id = n.event_id AND k.person_id = n.person_id AND k.channel <> 'inbox'
                      AND k.state NOT IN ('failed', 'unknown'))
      AND n.created_at > app_now() - interval '90 days'
    ORDER BY n.must DESC, n.created_at LIMIT most
$$;
-- How she is reached by hand; that it was looked at, and by whom, stays written down.
CREATE FUNCTION reach_by_hand(notice uuid) RETURNS TABLE (person_id uuid, key_wrapped bytea, phone_sealed bytea, email_sealed bytea,
    party_id uuid, address_source text, address_sealed bytea) LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM not_brought(10000) b WHERE b.id = notice) THEN RETURN; END IF;
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
CREATE FUNCTION brought_by_hand(notice uuid, way text, said text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM not_brought(10000) b WHERE b.id = notice) THEN RETURN false; END IF;
    INSERT INTO notice_followups AS f (notice_id, how, remark, done_by, done_at) VALUES (notice, way, said, viewer(), app_now())
    ON CONFLICT (notice_id) DO UPDATE SET how = way, remark = said, done_by = viewer(), done_at = app_now();
    RETURN true;
END $$;
CREATE FUNCTION brought_lately(most integer) RETURNS TABLE (number text, words jsonb, how text, remark text, done_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT c.number, n.words, f.how, f.remark, f.done_at FROM notice_followups f JOIN notices n ON n.id = f.notice_id
    JOIN events e ON e.id = n.event_id LEFT JOIN cases c ON c.id = e.case_id
    WHERE f.done_at > app_now() - interval '30 days' AND looks_after(coalesce(c.department_id, e.department_id)) ORDER BY f.done_at DESC LIMIT most
$$;
