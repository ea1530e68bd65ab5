-- Mandates signed at a counter, organisations that help, guardians, and endings that others report.

-- Who answers the hotline may end a mandate for a caller; who runs the city's affairs here sets up organisations.
ALTER TABLE officer_roles DROP CONSTRAINT officer_roles_role_check;
ALTER TABLE officer_roles ADD CONSTRAINT officer_roles_role_check CHECK (role IN
    ('window', 'reviewer', 'approver', 'head', 'editor', 'legal', 'supervisor', 'auditor', 'hotline', 'admin'));
-- Staff of an organisation that helps: neither officers nor, in this account, private persons.
ALTER TABLE accounts DROP CONSTRAINT accounts_kind_check;
ALTER TABLE accounts ADD CONSTRAINT accounts_kind_check CHECK (kind IN ('person', 'business', 'officer', 'staff'));

CREATE FUNCTION has_role(wanted text) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT EXISTS (SELECT 1 FROM officer_roles WHERE account_id = viewer() AND role = wanted
                   AND app_today() BETWEEN valid_from AND coalesce(valid_to, 'infinity'::date))
$$;
CREATE FUNCTION my_counters() RETURNS text[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT coalesce(array_agg(DISTINCT department_id), '{}') FROM officer_roles WHERE account_id = viewer() AND role = 'window'
    AND app_today() BETWEEN valid_from AND coalesce(valid_to, 'infinity'::date)
$$;

-- Whose ID card this is. Found by the keyed hash that registers are found by; the number itself is a sealed fact.
CREATE TABLE id_numbers (
    account_id uuid PRIMARY KEY REFERENCES accounts,
    blind      bytea NOT NULL UNIQUE,
    seen_by    uuid REFERENCES accounts,        -- who held the card in her hand; NULL: a register or the identity provider says so
    seen_at    timestamptz NOT NULL
);
ALTER TABLE id_numbers ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_number ON id_numbers FOR SELECT TO suishouban_web USING (account_id = viewer());
CREATE POLICY bound_to_own ON id_numbers FOR INSERT TO suishouban_web WITH CHECK (account_id = viewer());
CREATE POLICY worker_all ON id_numbers TO suishouban_worker USING (true);
GRANT SELECT, INSERT ON id_numbers TO suishouban_web, suishouban_worker;
CREATE FUNCTION account_by_number(number bytea) RETURNS TABLE (id uuid, kind text, name_sealed bytea, key_wrapped bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS
$$ SELECT a.id, a.kind, a.name_sealed, a.key_wrapped FROM id_numbers n JOIN accounts a ON a.id = n.account_id WHERE n.blind = number $$;
-- An officer held the card: from now on she is known that far, and found by it. False when the card is somebody else's here.
CREATE FUNCTION card_seen(account uuid, number bytea) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF NOT has_role('window') THEN RAISE EXCEPTION 'only at a counter' USING ERRCODE = 'insufficient_privilege'; END IF;
    INSERT INTO id_numbers VALUES (account, number, viewer(), app_now()) ON CONFLICT DO NOTHING;
    IF NOT EXISTS (SELECT 1 FROM id_numbers n WHERE n.account_id = account AND n.blind = number) THEN RETURN false; END IF;
    UPDATE accounts SET level = 'counter' WHERE id = account AND level <> 'counter';
    RETURN true;
END $$;
-- For the question at the hotline: where she is reached, for comparing what the caller says.
CREATE FUNCTION caller_at(number bytea) RETURNS TABLE (id uuid, name_sealed bytea, key_wrapped bytea, phone_sealed bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT a.id, a.name_sealed, a.key_wrapped, k.value_sealed FROM id_numbers n JOIN accounts a ON a.id = n.account_id
    LEFT JOIN contacts k ON k.account_id = a.id AND k.kind = 'phone' AND k.verified_at IS NOT NULL
    WHERE n.blind = number AND a.kind = 'person' AND (has_role('window') OR has_role('hotline'))
$$;

-- An officer has one person before her, in person or on the line: for minutes she sees who may act for whom, and may end it.
CREATE TABLE desk_sights (
    id         uuid PRIMARY KEY,
    officer_id uuid NOT NULL REFERENCES accounts,
    person_id  uuid NOT NULL REFERENCES accounts,
    way        text NOT NULL CHECK (way IN ('counter', 'hotline')),
    at         timestamptz NOT NULL,
    expires_at timestamptz NOT NULL CHECK (expires_at <= at + interval '30 minutes')
);
CREATE INDEX desk_sights_of ON desk_sights (officer_id, person_id, expires_at);
CREATE FUNCTION in_sight(person uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT EXISTS (SELECT 1 FROM desk_sights WHERE officer_id = viewer() AND person_id = person AND expires_at > app_now())
$$;
CREATE FUNCTION beside_one_in_sight(person uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT EXISTS (SELECT 1 FROM desk_sights s JOIN mandates m ON s.person_id IN (m.principal_id, m.agent_id)
                   WHERE s.officer_id = viewer() AND s.expires_at > app_now() AND person IN (s.person_id, m.principal_id, m.agent_id))
$$;
ALTER TABLE desk_sights ENABLE ROW LEVEL SECURITY;
CREATE POLICY sight_seen ON desk_sights FOR SELECT TO suishouban_web USING (viewer() IN (officer_id, person_id));
CREATE POLICY sight_taken ON desk_sights FOR INSERT TO suishouban_web
    WITH CHECK (officer_id = viewer() AND has_role(CASE way WHEN 'counter' THEN 'window' ELSE 'hotline' END));
CREATE POLICY worker_all ON desk_sights TO suishouban_worker USING (true);
GRANT SELECT, INSERT ON desk_sights TO suishouban_web;
GRANT SELECT ON desk_sights TO suishouban_worker;
CREATE POLICY people_in_sight ON accounts FOR SELECT TO suishouban_web USING (in_sight(id) OR beside_one_in_sight(id));
CREATE POLICY mandate_in_sight ON mandates FOR SELECT TO suishouban_web USING (in_sight(principal_id) OR in_sight(agent_id));
CREATE POLICY mandate_ended_at_desk ON mandates FOR UPDATE TO suishouban_web USING (in_sight(principal_id) OR in_sight(agent_id));
CREATE POLICY journal_at_desk ON mandate_events FOR INSERT TO suishouban_web WITH CHECK (actor_id = viewer()
    AND EXISTS (SELECT 1 FROM mandates m WHERE m.id = mandate_id AND (in_sight(m.principal_id) OR in_sight(m.agent_id))));

-- More ways, each with a proof of its own.
ALTER TABLE mandates DROP CONSTRAINT mandates_created_via_check;
ALTER TABLE mandates ADD CONSTRAINT mandates_created_via_check CHECK (created_via IN
    ('self', 'sms', 'posted_code', 'counter_paper', 'family_qr', 'visit', 'register'));
-- A guardian is one until the child is grown up, or for as long as a court paper is believed before it is seen again.
ALTER TABLE mandates DROP CONSTRAINT mandates_check1;
ALTER TABLE mandates ADD CONSTRAINT mandates_length CHECK (valid_to >= valid_from AND valid_to - valid_from <=
    CASE WHEN kind = 'representative' THEN valid_to - valid_from WHEN kind <> 'guardian' THEN 365
         WHEN created_via = 'register' THEN 6575 ELSE 1827 END);
ALTER TABLE mandates ADD CONSTRAINT mandates_proof CHECK (CASE kind
    WHEN 'guardian' THEN created_via IN ('register', 'counter_paper')
    WHEN 'staff_assisted' THEN created_via = 'visit' AND valid_to = valid_from
    WHEN 'representative' THEN created_via = 'register'     -- of a business: asked again every night, so without a last day (0014)
    ELSE created_via NOT IN ('register', 'visit') END);

-- Who agreed for somebody else, as her guardian, reads what she agreed to as long as she may act for her.
CREATE POLICY consent_seen_by_giver ON consents FOR SELECT TO suishouban_web USING (given_by = viewer() AND may_act(account_id, 'see', NULL));

-- A guardian's consent goes with the guardianship: taken back, laid down or ended, it stands no longer.
CREATE FUNCTION consent_ends_with_guardian() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    UPDATE consents SET withdrawn_at = NEW.ended_at, withdrawn_by = given_by WHERE mandate_id = NEW.id AND withdrawn_at IS NULL;
    RETURN NULL;
END $$;
CREATE TRIGGER guardians_consent AFTER UPDATE OF ended_at ON mandates
    FOR EACH ROW WHEN (NEW.kind = 'guardian' AND NEW.ended_at IS NOT NULL) EXECUTE FUNCTION consent_ends_with_guardian();

-- Written on paper at a counter: one officer takes it in, another one, never the same, compares paper and screen.
CREATE TABLE counter_mandates (
    id             uuid PRIMARY KEY,
    kind           text NOT NULL CHECK (kind IN ('entrusted', 'guardian')),
    principal_id   uuid NOT NULL REFERENCES accounts,
    agent_id       uuid NOT NULL REFERENCES accounts,
    items          text[],
    actions        text[] NOT NULL CHECK (cardinality(actions) > 0),
    consent_sealed bytea NOT NULL,              -- the words that were signed, under the principal's key
    consent_hash   bytea NOT NULL,              -- SHA-256 of them
    valid_from     date NOT NULL,
    valid_to       date NOT NULL,
    department_id  text NOT NULL REFERENCES departments,
    first_officer  uuid NOT NULL REFERENCES accounts,
    second_officer uuid REFERENCES accounts,
    paper_id       uuid REFERENCES files,
    state          text NOT NULL DEFAULT 'drafted' CHECK (state IN ('drafted', 'signed', 'confirmed', 'refused', 'withdrawn', 'expired')),
    asked_at       timestamptz NOT NULL,
    expires_at     timestamptz NOT NULL CHECK (expires_at <= asked_at + interval '7 days'),
    answered_at    timestamptz,
    reason         text CHECK (length(reason) BETWEEN 1 AND 500),
    mandate_id     uuid UNIQUE REFERENCES mandates DEFERRABLE INITIALLY DEFERRED,
    CHECK (principal_id <> agent_id),
    CONSTRAINT two_officers CHECK (second_officer <> first_officer),
    CHECK ((state IN ('confirmed', 'refused')) = (second_officer IS NOT NULL)),
    CHECK ((state = 'confirmed') = (mandate_id IS NOT NULL)),
    CHECK ((state = 'refused') = (reason IS NOT NULL)),
    CHECK ((state IN ('drafted', 'signed')) = (answered_at IS NULL)),
    CHECK (paper_id IS NOT NULL OR state NOT IN ('signed', 'confirmed', 'refused'))
);
CREATE INDEX counter_mandates_open ON counter_mandates (department_id, asked_at) WHERE state IN ('drafted', 'signed');
CREATE INDEX counter_mandates_of ON counter_mandates (principal_id);
CREATE INDEX counter_mandates_paper ON counter_mandates (paper_id);
ALTER TABLE counter_mandates ENABLE ROW LEVEL SECURITY;
CREATE POLICY counter_seen ON counter_mandates FOR SELECT TO suishouban_web USING (department_id = ANY ((SELECT my_counters())::text[]));
CREATE POLICY counter_taken_in ON counter_mandates FOR INSERT TO suishouban_web
    WITH CHECK (first_officer = viewer() AND state = 'drafted' AND department_id = ANY ((SELECT my_counters())::text[]));
CREATE POLICY counter_answered ON counter_mandates FOR UPDATE TO suishouban_web
    USING (department_id = ANY ((SELECT my_counters())::text[]) AND state IN ('drafted', 'signed') AND expires_at > app_now())
    WITH CHECK (CASE WHEN state IN ('confirmed', 'refused') THEN second_officer = viewer() ELSE first_officer = viewer() END);
CREATE POLICY worker_all ON counter_mandates TO suishouban_worker USING (true);
GRANT SELECT, INSERT ON counter_mandates TO suishouban_web;
GRANT UPDATE (state, paper_id, second_officer, answered_at, reason, mandate_id) ON counter_mandates TO suishouban_web;
GRANT SELECT ON counter_mandates TO suishouban_worker;
GRANT UPDATE (state, answered_at) ON counter_mandates TO suishouban_worker;
CREATE POLICY people_at_counter ON accounts FOR SELECT TO suishouban_web USING (cardinality((SELECT my_counters())) > 0
    AND EXISTS (SELECT 1 FROM counter_mandates c WHERE accounts.id IN (c.principal_id, c.agent_id)
                AND c.state IN ('drafted', 'signed') AND c.expires_at > app_now()));
CREATE POLICY papers_taken_in ON files FOR INSERT TO suishouban_web WITH CHECK (actor_id = viewer()
    AND EXISTS (SELECT 1 FROM counter_mandates c WHERE c.principal_id = files.principal_id AND c.first_officer = viewer() AND c.state = 'drafted'));
CREATE POLICY papers_compared ON files FOR SELECT TO suishouban_web
    USING (EXISTS (SELECT 1 FROM counter_mandates c WHERE c.paper_id = files.id AND c.state = 'signed' AND c.expires_at > app_now()));
CREATE POLICY mandate_at_counter ON mandates FOR INSERT TO suishouban_web WITH CHECK (created_via = 'counter_paper'
    AND EXISTS (SELECT 1 FROM counter_mandates c WHERE c.mandate_id = mandates.id AND c.state = 'confirmed' AND c.second_officer = viewer()));
CREATE POLICY journal_at_counter ON mandate_events FOR INSERT TO suishouban_web WITH CHECK (actor_id = viewer()
    AND EXISTS (SELECT 1 FROM counter_mandates c WHERE c.mandate_id = mandate_events.mandate_id AND c.second_officer = viewer()));

-- Organisations that help: where they are, who works there, and each visit.
CREATE TABLE organisations (
    id          uuid PRIMARY KEY,
    name        text NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 60),
    kind        text NOT NULL CHECK (kind IN ('community', 'post_office', 'other')),
    most_visits integer NOT NULL DEFAULT 200 CHECK (most_visits BETWEEN 1 AND 5000),     -- a day, all its points together
    ended_at    timestamptz
);
CREATE TABLE service_points (
    id              uuid PRIMARY KEY,
    organisation_id uuid NOT NULL REFERENCES organisations,
    name            text NOT NULL CHECK (length(name) BETWEEN 1 AND 60),
    address         text NOT NULL CHECK (length(address) BETWEEN 1 AND 120),
    hours           text NOT NULL CHECK (length(hours) BETWEEN 1 AND 120),
    phone           text NOT NULL DEFAULT '' CHECK (length(phone) <= 30),
    ended_at        timestamptz,
    UNIQUE (id, organisation_id)
);
CREATE TABLE staff (
    account_id      uuid PRIMARY KEY REFERENCES accounts,
    organisation_id uuid NOT NULL REFERENCES organisations,
    admin           boolean NOT NULL DEFAULT false,
    since           timestamptz NOT NULL,
    ended_at        timestamptz
);
CREATE INDEX staff_of ON staff (organisation_id);
CREATE FUNCTION my_organisation() RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT s.organisation_id FROM staff s JOIN organisations o ON o.id = s.organisation_id
    WHERE s.account_id = viewer() AND s.ended_at IS NULL AND o.ended_at IS NULL
$$;
CREATE FUNCTION runs(organisation uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT has_role('admin') OR EXISTS (SELECT 1 FROM staff s JOIN organisations o ON o.id = s.organisation_id
        WHERE s.account_id = viewer() AND s.organisation_id = organisation AND s.admin AND s.ended_at IS NULL AND o.ended_at IS NULL)
$$;
CREATE TABLE visits (
    id              uuid PRIMARY KEY,
    organisation_id uuid NOT NULL REFERENCES organisations,
    point_id        uuid NOT NULL,
    staff_id        uuid NOT NULL REFERENCES staff,
    person_id       uuid NOT NULL REFERENCES accounts,
    items           text[] NOT NULL CHECK (cardinality(items) > 0),
    consent_sealed  bytea NOT NULL,             -- the words she signs, under her key
    consent_hash    bytea NOT NULL,
    day             date NOT NULL,              -- it ends with this day at the latest
    opened_at       timestamptz NOT NULL,
    signed_at       timestamptz,
    signed_on       text CHECK (signed_on IN ('tablet', 'paper')),
    paper_id        uuid REFERENCES files,
    mandate_id      uuid UNIQUE REFERENCES mandates,
    closed_at       timestamptz,
    FOREIGN KEY (point_id, organisation_id) REFERENCES service_points (id, organisation_id),
    CHECK (staff_id <> person_id),
    CHECK (num_nulls(signed_at, signed_on, paper_id, mandate_id) IN (0, 4))
);
CREATE UNIQUE INDEX one_visit_at_a_time ON visits (staff_id) WHERE closed_at IS NULL;
CREATE INDEX visits_of_organisation ON visits (organisation_id, day);
CREATE INDEX visits_of_person ON visits (person_id);
-- So many a day for one organisation; two at once wait for each other.
CREATE FUNCTION within_the_day() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('visits:' || NEW.organisation_id, 0));
    IF (SELECT count(*) FROM visits v WHERE v.organisation_id = NEW.organisation_id AND v.day = NEW.day)
       >= (SELECT o.most_visits FROM organisations o WHERE o.id = NEW.organisation_id) THEN
        RAISE EXCEPTION 'enough visits for one day' USING ERRCODE = 'check_violation', CONSTRAINT = 'visits_a_day';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER visits_a_day BEFORE INSERT ON visits FOR EACH ROW EXECUTE FUNCTION within_the_day();
ALTER TABLE organisations ENABLE ROW LEVEL SECURITY;
ALTER TABLE service_points ENABLE ROW LEVEL SECURITY;
ALTER TABLE staff ENABLE ROW LEVEL SECURITY;
ALTER TABLE visits ENABLE ROW LEVEL SECURITY;
CREATE POLICY known_to_all ON organisations FOR SELECT TO suishouban_web USING (true);
CREATE POLICY set_up ON organisations FOR INSERT TO suishouban_web WITH CHECK (has_role('admin'));
CREATE POLICY changed ON organisations FOR UPDATE TO suishouban_web USING (has_role('admin'));
CREATE POLICY known_to_all ON service_points FOR SELECT TO suishouban_web USING (true);
CREATE POLICY set_up ON service_points FOR INSERT TO suishouban_web WITH CHECK (runs(organisation_id));
CREATE POLICY changed ON service_points FOR UPDATE TO suishouban_web USING (runs(organisation_id));
CREATE POLICY colleagues ON staff FOR SELECT TO suishouban_web USING (account_id = viewer() OR runs(organisation_id));
CREATE POLICY dismissed ON staff FOR UPDATE TO suishouban_web USING (runs(organisation_id));
CREATE POLICY visit_seen ON visits FOR SELECT TO suishouban_web USING (viewer() IN (staff_id, person_id));
CREATE POLICY visit_opened ON visits FOR INSERT TO suishouban_web WITH CHECK (staff_id = viewer() AND organisation_id = my_organisation()
    AND day = app_today() AND EXISTS (SELECT 1 FROM service_points p WHERE p.id = point_id AND p.ended_at IS NULL));
CREATE POLICY visit_went_on ON visits FOR UPDATE TO suishouban_web USING (staff_id = viewer() AND closed_at IS NULL) WITH CHECK (staff_id = viewer());
CREATE POLICY worker_all ON organisations TO suishouban_worker USING (true);
CREATE POLICY worker_all ON service_points TO suishouban_worker USING (true);
CREATE POLICY worker_all ON staff TO suishouban_worker USING (true);
CREATE POLICY worker_all ON visits TO suishouban_worker USING (true);
GRANT SELECT, INSERT ON organisations, service_points, visits TO suishouban_web;
GRANT SELECT ON staff TO suishouban_web;
GRANT UPDATE (name, kind, most_visits, ended_at) ON organisations TO suishouban_web;
GRANT UPDATE (name, address, hours, phone, ended_at) ON service_points TO suishouban_web;
GRANT UPDATE (ended_at) ON staff TO suishouban_web;
GRANT UPDATE (signed_at, signed_on, paper_id, mandate_id, closed_at) ON visits TO suishouban_web;
GRANT SELECT ON organisations, service_points, staff, visits TO suishouban_worker;
GRANT UPDATE (closed_at) ON visits TO suishouban_worker;
CREATE POLICY person_of_my_visit ON accounts FOR SELECT TO suishouban_web USING (
    EXISTS (SELECT 1 FROM visits v WHERE v.person_id = accounts.id AND v.staff_id = viewer() AND v.closed_at IS NULL AND v.day = app_today()));
CREATE POLICY staff_seen ON accounts FOR SELECT TO suishouban_web USING (kind = 'staff' AND EXISTS (SELECT 1 FROM staff s WHERE s.account_id = accounts.id));
CREATE POLICY mandate_at_visit ON mandates FOR INSERT TO suishouban_web WITH CHECK (kind = 'staff_assisted' AND agent_id = viewer()
    AND valid_from = app_today() AND EXISTS (SELECT 1 FROM visits v WHERE v.staff_id = viewer() AND v.person_id = principal_id
        AND v.closed_at IS NULL AND v.day = app_today() AND v.mandate_id IS NULL AND v.items = mandates.items AND v.consent_hash = mandates.consent_hash));

-- Whoever may invite makes the account and a link that opens once; her first passkey comes with it, as with officers.
CREATE FUNCTION invite_staff(account uuid, wrapped bytea, name bytea, organisation uuid, is_admin boolean, token bytea) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF NOT runs(organisation) THEN RAISE EXCEPTION 'not yours to invite' USING ERRCODE = 'insufficient_privilege'; END IF;
    INSERT INTO accounts (id, kind, key_wrapped, name_sealed) VALUES (account, 'staff', wrapped, name);
    INSERT INTO parties (id, principal_id, kind, is_self) VALUES (account, account, 'person', true);
    INSERT INTO staff (account_id, organisation_id, admin, since) VALUES (account, organisation, is_admin, app_now());
    INSERT INTO officer_enrolments (token_hash, account_id, made_at, expires_at) VALUES (token, account, app_now(), app_now() + interval '7 days');
END $$;
CREATE OR REPLACE FUNCTION enrolment_at(token bytea) RETURNS TABLE (account_id uuid, name_sealed bytea, key_wrapped bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS
$$ SELECT a.id, a.name_sealed, a.key_wrapped FROM officer_enrolments e JOIN accounts a ON a.id = e.account_id
   WHERE e.token_hash = token AND e.used_at IS NULL AND e.expires_at > app_now() AND a.kind IN ('officer', 'staff')
   AND NOT EXISTS (SELECT 1 FROM staff s WHERE s.account_id = a.id AND s.ended_at IS NOT NULL) $$;
-- Who has left: signed out everywhere, no way back in, and whatever visit was open is over.
CREATE FUNCTION staff_left() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE given uuid;
BEGIN
    UPDATE sessions SET ended_at = NEW.ended_at WHERE account_id = NEW.account_id AND ended_at IS NULL;
    DELETE FROM passkeys WHERE account_id = NEW.account_id;
    UPDATE visits SET closed_at = NEW.ended_at WHERE staff_id = NEW.account_id AND closed_at IS NULL;
    FOR given IN UPDATE mandates SET ended_at = NEW.ended_at, end_reason = 'done' WHERE agent_id = NEW.account_id AND ended_at IS NULL RETURNING id LOOP
        INSERT INTO mandate_events (mandate_id, kind, actor_id, at, data) VALUES (given, 'ended', viewer(), NEW.ended_at, '{"reason": "staff_left"}');
    END LOOP;
    RETURN NULL;
END $$;
CREATE TRIGGER staff_leaves AFTER UPDATE OF ended_at ON staff FOR EACH ROW WHEN (OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL) EXECUTE FUNCTION staff_left();

-- How much was done where: `item` NULL is the point's whole month. Fewer than five are never said.
CREATE FUNCTION visit_figures(organisation uuid, since date)
RETURNS TABLE (point_id uuid, month date, item text, visits integer, filings integer) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    WITH seen AS (SELECT v.id, v.point_id, date_trunc('month', v.day)::date AS month, v.mandate_id FROM visits v
                  WHERE v.organisation_id = organisation AND v.day >= since AND v.signed_at IS NOT NULL AND runs(organisation)),
    filed AS (SELECT s.id, s.point_id, s.month, i.name FROM seen s JOIN mandate_events e ON e.mandate_id = s.mandate_id AND e.kind = 'used'
              AND e.data ->> 'did' = 'filed', jsonb_array_elements_text(e.data -> 'items') AS i(name)),
    counted AS (
        SELECT s.point_id, s.month, NULL::text AS item, count(*)::integer AS visits,
               (SELECT count(*) FROM filed f WHERE f.point_id = s.point_id AND f.month = s.month)::integer AS filings FROM seen s GROUP BY 1, 2
        UNION ALL SELECT f.point_id, f.month, f.name, count(DISTINCT f.id)::integer, count(*)::integer FROM filed f GROUP BY 1, 2, 3)
    SELECT c.point_id, c.month, c.item, CASE WHEN c.visits >= 5 THEN c.visits END, CASE WHEN c.filings >= 5 THEN c.filings END FROM counted c
    WHERE c.item IS NULL OR c.visits >= 5 ORDER BY c.month DESC, c.point_id, c.item NULLS FIRST
$$;

-- The paper behind a mandate: without it the transaction does not commit, whoever writes it.
CREATE FUNCTION proof_behind() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF NEW.created_via = 'visit' AND NOT EXISTS (SELECT 1 FROM visits v WHERE v.mandate_id = NEW.id AND v.staff_id = NEW.agent_id
           AND v.person_id = NEW.principal_id AND v.items = NEW.items AND v.consent_hash = NEW.consent_hash)
       OR NEW.created_via = 'counter_paper' AND NOT EXISTS (SELECT 1 FROM counter_mandates c WHERE c.mandate_id = NEW.id AND c.state = 'confirmed'
           AND (c.kind, c.principal_id, c.agent_id, c.consent_hash, c.valid_from, c.valid_to) = (NEW.kind, NEW.principal_id, NEW.agent_id, NEW.consent_hash, NEW.valid_from, NEW.valid_to)
           AND c.items IS NOT DISTINCT FROM NEW.items AND c.actions = NEW.actions) THEN
        RAISE EXCEPTION 'no signed paper behind mandate %', NEW.id USING ERRCODE = 'check_violation', CONSTRAINT = 'mandates_signed';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER mandates_signed AFTER INSERT ON mandates DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.created_via IN ('visit', 'counter_paper')) EXECUTE FUNCTION proof_behind();

-- She died, or can no longer decide for herself. From then on she gives and holds nothing (Civil Code art. 173).
CREATE TABLE losses (
    account_id uuid NOT NULL REFERENCES accounts,
    reason     text NOT NULL CHECK (reason IN ('death', 'incapacity')),
    said_by    text NOT NULL CHECK (said_by IN ('register', 'officer', 'operator')),
    officer_id uuid REFERENCES accounts,
    paper_id   uuid REFERENCES files,           -- what the officer was shown
    at         timestamptz NOT NULL,
    PRIMARY KEY (account_id, reason),
    CHECK ((said_by = 'officer') = (officer_id IS NOT NULL AND paper_id IS NOT NULL))
);
ALTER TABLE losses ENABLE ROW LEVEL SECURITY;
CREATE POLICY loss_seen ON losses FOR SELECT TO suishouban_web USING (in_sight(account_id));
CREATE POLICY loss_entered ON losses FOR INSERT TO suishouban_web WITH CHECK (officer_id = viewer() AND has_role('window') AND in_sight(account_id));
CREATE POLICY worker_all ON losses TO suishouban_worker USING (true);
GRANT SELECT, INSERT ON losses TO suishouban_web, suishouban_worker;
CREATE POLICY papers_of_losses ON files FOR INSERT TO suishouban_web WITH CHECK (actor_id = viewer() AND has_role('window') AND in_sight(principal_id));
CREATE FUNCTION both_can_act() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM losses l WHERE (l.account_id = NEW.agent_id)
               OR (l.account_id = NEW.principal_id AND (l.reason = 'death' OR NEW.kind <> 'guardian'))) THEN
        RAISE EXCEPTION 'one of the two can give or hold no mandate' USING ERRCODE = 'check_violation', CONSTRAINT = 'both_can_act';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER mandates_both_can_act BEFORE INSERT ON mandates FOR EACH ROW EXECUTE FUNCTION both_can_act();

-- Letters: taken in a batch to be printed, forgotten only when somebody says they lie in the post, and marked when they come back.
ALTER TABLE letters DROP CONSTRAINT letters_state_check, DROP CONSTRAINT letters_check;
ALTER TABLE letters ADD CONSTRAINT letters_state_check CHECK (state IN ('queued', 'taken', 'printed', 'returned'));
ALTER TABLE letters ADD COLUMN batch uuid, ADD COLUMN taken_by uuid REFERENCES accounts, ADD COLUMN taken_at timestamptz, ADD COLUMN returned_at timestamptz;
ALTER TABLE letters ADD CONSTRAINT letters_printed CHECK ((state IN ('printed', 'returned')) = (printed_at IS NOT NULL));
ALTER TABLE letters ADD CONSTRAINT letters_returned CHECK ((state = 'returned') = (returned_at IS NOT NULL));
CREATE INDEX letters_batch ON letters (batch);
CREATE FUNCTION letters_waiting() RETURNS TABLE (waiting integer, returned integer) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT count(*) FILTER (WHERE state = 'queued')::integer, count(*) FILTER (WHERE state = 'returned')::integer FROM letters WHERE has_role('window')
$$;
CREATE FUNCTION letter_batches() RETURNS TABLE (batch uuid, taken_at timestamptz, letters integer) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT l.batch, min(l.taken_at), count(*)::integer FROM letters l WHERE l.state = 'taken' AND l.taken_by = viewer() AND has_role('window') GROUP BY 1 ORDER BY 2
$$;
CREATE FUNCTION take_letters(into_batch uuid, most integer) RETURNS integer LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
    WITH oldest AS (SELECT id FROM letters WHERE state = 'queued' AND has_role('window') ORDER BY queued_at, id LIMIT most FOR UPDATE SKIP LOCKED),
         taken AS (UPDATE letters l SET state = 'taken', batch = into_batch, taken_by = viewer(), taken_at = app_now() FROM oldest o WHERE l.id = o.id RETURNING 1)
    SELECT count(*)::integer FROM taken
$$;
CREATE FUNCTION letters_in(of_batch uuid) RETURNS TABLE (id uuid, sealed bytea) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT l.id, l.sealed FROM letters l WHERE l.batch = of_batch AND l.state = 'taken' AND l.taken_by = viewer() AND has_role('window') ORDER BY l.queued_at, l.id
$$;
CREATE FUNCTION letters_posted(of_batch uuid) RETURNS integer LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
    WITH done AS (UPDATE letters SET state = 'printed', printed_at = app_now(), sealed = ''
                  WHERE batch = of_batch AND state = 'taken' AND taken_by = viewer() AND has_role('window') RETURNING 1)
    SELECT count(*)::integer FROM done
$$;
-- The first eight signs of its number stand on every letter.
CREATE FUNCTION letter_came_back(mark text) RETURNS integer LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
    WITH back AS (UPDATE letters SET state = 'returned', returned_at = app_now()
                  WHERE left(id::text, 8) = mark AND state = 'printed' AND has_role('window') RETURNING 1)
    SELECT count(*)::integer FROM back
$$;

-- Who is forgotten is found under no number any more.
GRANT DELETE ON id_numbers TO suishouban_worker;
