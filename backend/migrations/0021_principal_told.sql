-- What a principal agreed to is sealed like everything else of hers.
-- The words under the principal's key, bound to their hash, which stays in clear. Rows from before are sealed by a job.
ALTER TABLE mandates ALTER COLUMN consent SET DEFAULT '', ADD COLUMN consent_sealed bytea;
ALTER TABLE mandate_requests ALTER COLUMN consent SET DEFAULT '', ADD COLUMN consent_sealed bytea, ADD COLUMN consent_hash bytea;
UPDATE mandate_requests SET consent_hash = sha256(convert_to(consent, 'UTF8'));
CREATE OR REPLACE FUNCTION ended_stays_ended() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
    IF OLD.ended_at IS NOT NULL AND NOT (NEW.consent = ''
        AND to_jsonb(NEW) - '{consent,consent_sealed}'::text[] = to_jsonb(OLD) - '{consent,consent_sealed}'::text[]) THEN
        RAISE EXCEPTION 'mandate % has ended', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
GRANT UPDATE (consent, consent_sealed) ON mandates, mandate_requests TO suishouban_worker;
-- Both sides read what is asked; who asks may not see the account that is asked.
CREATE FUNCTION key_of_request(request uuid) RETURNS bytea LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT a.key_wrapped FROM mandate_requests r JOIN accounts a ON a.id = r.principal_id WHERE r.id = request AND viewer() IN (r.principal_id, r.agent_id)
$$;

-- As in 0009; the words go along sealed.
CREATE OR REPLACE FUNCTION bring_mandate_code(code bytea, name bytea) RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE asked mandate_requests; given uuid := gen_random_uuid();
BEGIN
    SELECT * INTO asked FROM mandate_requests r
    WHERE r.code_hash = code AND r.way <> 'sms' AND r.state = 'pending' AND r.expires_at > app_now() AND r.principal_id <> viewer()
      AND (r.agent_id = viewer() OR r.agent_blind = name) FOR UPDATE;
    IF NOT FOUND THEN RETURN NULL; END IF;
    INSERT INTO mandates (id, principal_id, agent_id, kind, created_via, items, actions, consent, consent_sealed, consent_hash, valid_from, valid_to, granted_at)
    VALUES (given, asked.principal_id, viewer(), 'entrusted', asked.way, asked.items,
            '{see,fill,submit,correct,pay,receive,use_certificates,rate}', asked.consent, asked.consent_sealed,
            coalesce(asked.consent_hash, sha256(convert_to(asked.consent, 'UTF8'))), asked.valid_from, asked.valid_to, app_now());
    UPDATE mandate_requests SET state = 'agreed', answered_at = app_now(), agent_id = viewer(), mandate_id = given WHERE id = asked.id;
    RETURN given;
END $$;
