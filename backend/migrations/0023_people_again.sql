-- Consents of guardians, children who grow up, sight under a mandate asked for once a statement.

-- 1. Sight ----------------------------------------------------------------------------------------------------------
-- Facts and answers are loaded by hundreds. Whose the parties and carts are is asked once a statement, not once a row
-- through the policies of those tables; what may be seen is the same as before (0016).
CREATE FUNCTION own_parties() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS
$$ SELECT p.id FROM parties p WHERE p.principal_id = viewer() $$;
CREATE FUNCTION parties_in_care() RETURNS TABLE (id uuid, principal_id uuid) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT p.id, p.principal_id FROM parties p WHERE p.principal_id IN (
        SELECT m.principal_id FROM mandates m WHERE m.agent_id = viewer() AND m.ended_at IS NULL
        AND app_today() BETWEEN m.valid_from AND m.valid_to AND 'fill' = ANY (m.actions))
$$;
DROP POLICY facts_in_scope ON facts;
CREATE POLICY facts_in_scope ON facts TO suishouban_web
    USING (party_id IN (SELECT own_parties()) OR EXISTS (SELECT 1 FROM parties_in_care() p WHERE p.id = party_id
           AND (p.principal_id = viewer() OR (p.principal_id, element) IN (SELECT s.principal_id, s.element FROM my_elements() s))));
CREATE INDEX carts_of ON carts (principal_id);
CREATE INDEX carts_by ON carts (actor_id) WHERE actor_id <> principal_id;
CREATE FUNCTION own_carts() RETURNS TABLE (id uuid, mine boolean) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS
$$ SELECT c.id, c.actor_id = viewer() FROM carts c WHERE c.principal_id = viewer() $$;
CREATE FUNCTION carts_in_care() RETURNS TABLE (id uuid, principal_id uuid) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT c.id, c.principal_id FROM carts c WHERE c.actor_id = viewer() AND c.actor_id <> c.principal_id AND c.principal_id IN (
        SELECT m.principal_id FROM mandates m WHERE m.agent_id = viewer() AND m.ended_at IS NULL
        AND app_today() BETWEEN m.valid_from AND m.valid_to AND 'fill' = ANY (m.actions))
$$;
DROP POLICY answers_seen ON answers;
CREATE POLICY answers_seen ON answers FOR SELECT TO suishouban_web USING (cart_id IN (SELECT c.id FROM own_carts() c));
DROP POLICY answers_kept ON answers;
CREATE POLICY answers_kept ON answers TO suishouban_web
    USING (cart_id IN (SELECT c.id FROM own_carts() c WHERE c.mine) OR EXISTS (SELECT 1 FROM carts_in_care() c WHERE c.id = cart_id
           AND (c.principal_id = viewer() OR (c.principal_id, split_part(element, '#', 1)) IN (SELECT s.principal_id, s.element FROM my_elements() s))));

-- 2. Guardians' consents ----------------------------------------------------------------------------------------------
-- From the fourteenth birthday on a child agrees herself to what is done with her data (PIPL art. 31); her guardian goes on
-- acting for her until the eighteenth (Civil Code art. 27, 34). NULL: of an adult, or no guardianship.
ALTER TABLE mandates ADD COLUMN own_consent_on date;
ALTER TABLE counter_mandates ADD COLUMN own_consent_on date;
ALTER TABLE mandates DISABLE TRIGGER mandates_end_once;
UPDATE mandates SET own_consent_on = (valid_to + 1 - interval '4 years')::date WHERE kind = 'guardian' AND created_via = 'register';
ALTER TABLE mandates ENABLE TRIGGER mandates_end_once;
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE mandates ADD CONSTRAINT only_wards_grow_up CHECK (own_consent_on IS NULL OR kind = 'guardian'),
    ADD CONSTRAINT children_grow_up CHECK (kind <> 'guardian' OR created_via <> 'register' OR own_consent_on IS NOT NULL);

-- Whether a consent given under this mandate stands on its own, or fell with the guardianship or with the birthday.
CREATE FUNCTION consent_lapsed(mandate uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT EXISTS (SELECT 1 FROM mandates m WHERE m.id = mandate AND m.kind = 'guardian' AND (
        m.ended_at IS NOT NULL OR m.valid_to < app_today() OR m.own_consent_on <= app_today()))
$$;
CREATE OR REPLACE FUNCTION consented(account uuid, for_purpose text) RETURNS integer LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT CASE WHEN (SELECT a.kind FROM accounts a WHERE a.id = account) <> 'person' THEN 2147483647
           ELSE coalesce((SELECT max(c.version) FROM consents c WHERE c.account_id = account AND c.purpose = for_purpose
                          AND c.withdrawn_at IS NULL AND NOT consent_lapsed(c.mandate_id)), 0) END
    WHERE viewer() IS NULL OR may_act(account, 'see', NULL)
$$;
-- Under this mandate the viewer may agree for its principal: a guardian to everything while the ward does not herself;
-- an agent only to the sensitive data of what she files.
CREATE FUNCTION may_consent(mandate uuid, account uuid, for_purpose text) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT EXISTS (SELECT 1 FROM mandates m WHERE m.id = mandate AND m.principal_id = account AND m.agent_id = viewer() AND m.ended_at IS NULL
        AND app_today() BETWEEN m.valid_from AND m.valid_to AND CASE WHEN m.kind = 'guardian' THEN coalesce(app_today() < m.own_consent_on, true)
            ELSE for_purpose = 'sensitive' AND 'submit' = ANY (m.actions) END)
$$;
CREATE FUNCTION guards(ward uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT EXISTS (SELECT 1 FROM mandates m WHERE m.principal_id = ward AND m.agent_id = viewer() AND m.kind = 'guardian'
                   AND may_consent(m.id, ward, 'platform'))
$$;
-- Each parent has a consent of her own.
DROP INDEX one_consent_in_force;
CREATE UNIQUE INDEX one_consent_in_force ON consents (account_id, purpose, version, given_by) WHERE withdrawn_at IS NULL;
DROP POLICY consent_given ON consents;
CREATE POLICY consent_given ON consents FOR INSERT TO suishouban_web
    WITH CHECK (given_by = viewer() AND (account_id = viewer() OR may_consent(mandate_id, account_id, purpose)));
CREATE POLICY consent_seen_by_guardian ON consents FOR SELECT TO suishouban_web USING (guards(account_id));
CREATE POLICY consent_withdrawn_by_guardian ON consents FOR UPDATE TO suishouban_web
    USING (given_by = viewer() AND guards(account_id)) WITH CHECK (withdrawn_by = viewer());
-- What a guardian agrees to, and that a child took over, stands in the journal of the guardianship.
ALTER TABLE mandate_events DROP CONSTRAINT mandate_events_kind_check;
ALTER TABLE mandate_events ADD CONSTRAINT mandate_events_kind_check CHECK (kind IN ('granted', 'confirmed', 'used', 'refused', 'narrowed', 'renewed',
    'reminded', 'revoked', 'expired', 'ended', 'consent_given', 'consent_withdrawn', 'own_consent', 'taken_over'));
CREATE OR REPLACE FUNCTION proof_behind() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF NEW.created_via = 'visit' AND NOT EXISTS (SELECT 1 FROM visits v WHERE v.mandate_id = NEW.id AND v.staff_id = NEW.agent_id
           AND v.person_id = NEW.principal_id AND v.items = NEW.items AND v.consent_hash = NEW.consent_hash)
       OR NEW.created_via = 'counter_paper' AND NOT EXISTS (SELECT 1 FROM counter_mandates c WHERE c.mandate_id = NEW.id AND c.state = 'confirmed'
           AND (c.kind, c.principal_id, c.agent_id, c.consent_hash, c.valid_from, c.valid_to) = (NEW.kind, NEW.principal_id, NEW.agent_id, NEW.consent_hash, NEW.valid_from, NEW.valid_to)
           AND c.items IS NOT DISTINCT FROM NEW.items AND c.actions = NEW.actions AND c.own_consent_on IS NOT DISTINCT FROM NEW.own_consent_on) THEN
        RAISE EXCEPTION 'no signed paper behind mandate %', NEW.id USING ERRCODE = 'check_violation', CONSTRAINT = 'mandates_signed';
    END IF;
    RETURN NULL;
END $$;

-- 3. A child takes her account over -----------------------------------------------------------------------------------
-- Opened for her by a guardian or at a counter, of this number; she is fourteen, and nobody signs in to it yet.
CREATE FUNCTION unclaimed(number bytea) RETURNS TABLE (id uuid, name_sealed bytea, key_wrapped bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT a.id, a.name_sealed, a.key_wrapped FROM id_numbers n JOIN accounts a ON a.id = n.account_id
    WHERE n.blind = number AND a.kind = 'person' AND a.erased_at IS NULL
      AND EXISTS (SELECT 1 FROM mandates m WHERE m.principal_id = a.id AND m.kind = 'guardian' AND m.own_consent_on <= app_today())
      AND NOT EXISTS (SELECT 1 FROM contacts c WHERE c.account_id = a.id AND c.verified_at IS NOT NULL)
      AND NOT EXISTS (SELECT 1 FROM passkeys p WHERE p.account_id = a.id)
      AND NOT EXISTS (SELECT 1 FROM identities i WHERE i.account_id = a.id)
$$;
-- Nothing was ever filed in it, nobody acts in it or through it: what was begun in it may be forgotten.
CREATE FUNCTION is_fresh(account uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT NOT EXISTS (SELECT 1 FROM orders o WHERE account IN (o.principal_id, o.actor_id))
       AND NOT EXISTS (SELECT 1 FROM mandates m WHERE account IN (m.principal_id, m.agent_id))
       AND NOT EXISTS (SELECT 1 FROM id_numbers n WHERE n.account_id = account)
       AND NOT EXISTS (SELECT 1 FROM signatures s WHERE account IN (s.signer_id, s.asked_by) AND s.state = 'signed')
$$;
-- At a counter, her card before the officer: from now on she signs in with this number. `fresh`: an account of hers that she
-- opened with it before, empty; it is forgotten after seven days. False: the number is somebody's whose account is in use.
CREATE FUNCTION hand_over(number bytea, phone_sealed bytea, phone bytea, fresh uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE child uuid;
BEGIN
    IF NOT at_counter() THEN RAISE EXCEPTION 'only at a counter' USING ERRCODE = 'insufficient_privilege'; END IF;
    SELECT u.id INTO child FROM unclaimed(number) u;
    IF child IS NULL THEN RETURN false; END IF;
    IF fresh IS NOT NULL THEN
        IF NOT is_fresh(fresh) THEN RETURN false; END IF;
        DELETE FROM contacts c WHERE c.account_id = fresh AND c.kind = 'phone' AND c.value_blind = phone;
        IF NOT FOUND THEN RETURN false; END IF;
        UPDATE sessions SET ended_at = app_now() WHERE account_id = fresh AND ended_at IS NULL;
        INSERT INTO erasures (id, account_id, asked_at, due_at) VALUES (gen_random_uuid(), fresh, app_now(), app_now() + interval '7 days') ON CONFLICT DO NOTHING;
    END IF;
    IF EXISTS (SELECT 1 FROM contacts c WHERE c.kind = 'phone' AND c.value_blind = phone AND c.verified_at IS NOT NULL) THEN RETURN false; END IF;
    INSERT INTO contacts (account_id, kind, value_sealed, value_blind, verified_at, changed_at)
        SELECT child, 'phone', phone_sealed, phone, app_now(), a.created_at FROM accounts a WHERE a.id = child;
    PERFORM card_seen(child, number);
    INSERT INTO events (principal_id, kind, actor_kind, actor_id, at, public) VALUES (child, 'account_handed_over', 'officer', viewer(), app_now(), false);
    RETURN true;
END $$;

-- 4. The dead ------------------------------------------------------------------------------------------------------------
-- What registers say now of whom the viewer acts for, and of herself: asked at each filing, between the nights.
CREATE FUNCTION said_of_both(principal uuid) RETURNS TABLE (register text, subject bytea, sealed bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT r.register, r.subject, r.sealed FROM id_numbers n JOIN register_records r ON r.subject = n.blind
    WHERE n.account_id IN (principal, viewer()) AND may_act(principal, 'see', NULL)
$$;
