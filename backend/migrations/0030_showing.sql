-- Using certificates in a filing, and showing them.

-- ---- Use: which certificates a filing may take, and what its cases keep of them.

-- Until the commit no state changes: a revocation waits, or was first and is seen here.
CREATE FUNCTION hold_certificates(ids uuid[]) RETURNS TABLE (id uuid, type text, state text)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public AS $$
    SELECT c.id, c.type, c.state FROM certificates c
    WHERE c.id = ANY (ids) AND may_act(c.holder_id, 'use_certificates', NULL) ORDER BY c.id FOR SHARE
$$;

-- She agrees once for everything a filing uses. The words are sealed: they name what she holds.
CREATE TABLE use_consents (
    order_id     uuid PRIMARY KEY REFERENCES orders,
    principal_id uuid NOT NULL REFERENCES accounts,
    given_by     uuid NOT NULL REFERENCES accounts,
    mandate_id   uuid REFERENCES mandates,
    language     text NOT NULL,
    text_hash    bytea NOT NULL CHECK (octet_length(text_hash) = 32),
    words_sealed bytea NOT NULL,
    given_at     timestamptz NOT NULL,
    CHECK (given_by = principal_id OR mandate_id IS NOT NULL)
);
CREATE TRIGGER use_consents_stand BEFORE UPDATE OR DELETE ON use_consents FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER use_consents_no_truncate BEFORE TRUNCATE ON use_consents EXECUTE FUNCTION refuse_change();

-- What a case keeps of a certificate: which one it was, to the bit, and which answers it vouched for.
CREATE TABLE case_sources (
    case_id        uuid NOT NULL REFERENCES cases,
    n              integer NOT NULL CHECK (n > 0),
    way            text NOT NULL CHECK (way IN ('certificate', 'register')),
    source         text NOT NULL,                   -- type of the certificate, or the register
    subject        uuid NOT NULL,
    material       text NOT NULL DEFAULT '',        -- what it stands for; '': it vouches for answers alone
    variant        text NOT NULL DEFAULT '',
    certificate_id uuid REFERENCES certificates,
    number         text,
    version        integer CHECK (version > 0),
    digest         bytea CHECK (octet_length(digest) = 32),
    elements       text[] NOT NULL DEFAULT '{}',    -- which of the case's frozen facts are from it
    PRIMARY KEY (case_id, n),
    CHECK (num_nulls(certificate_id, number, version, digest) = CASE way WHEN 'certificate' THEN 0 ELSE 4 END),
    CHECK (way = 'certificate' OR material <> '')
);
CREATE INDEX case_sources_of ON case_sources (certificate_id) WHERE certificate_id IS NOT NULL;
CREATE TRIGGER case_sources_stand BEFORE UPDATE OR DELETE ON case_sources FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER case_sources_no_truncate BEFORE TRUNCATE ON case_sources EXECUTE FUNCTION refuse_change();

-- What a case says it used was its principal's, the same to the bit, and valid when it was filed, with her consent.
CREATE FUNCTION source_holds() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM cases x JOIN use_consents u ON u.order_id = x.order_id WHERE x.id = NEW.case_id) THEN
        RAISE EXCEPTION 'nothing is used without consent' USING ERRCODE = 'check_violation', CONSTRAINT = 'use_agreed';
    END IF;
    IF NEW.way = 'certificate' AND NOT EXISTS (
        SELECT 1 FROM certificates c JOIN cases x ON x.principal_id = c.holder_id
        WHERE x.id = NEW.case_id AND c.id = NEW.certificate_id AND c.type = NEW.source AND c.number = NEW.number AND c.digest = NEW.digest
          AND c.state = 'valid' AND app_today() BETWEEN c.valid_from AND coalesce(c.valid_until, 'infinity'::date)) THEN
        RAISE EXCEPTION 'only a valid certificate is used' USING ERRCODE = 'check_violation', CONSTRAINT = 'certificate_valid';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER source_holds BEFORE INSERT ON case_sources FOR EACH ROW EXECUTE FUNCTION source_holds();

-- How a certificate stands now, for whoever may see a case that used it.
CREATE FUNCTION certificate_now(certificate uuid) RETURNS TABLE (state text, since timestamptz, reason text, outlived boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT c.state, c.state_since, c.state_reason, coalesce(c.valid_until < app_today(), false) FROM certificates c
    WHERE c.id = certificate AND EXISTS (SELECT 1 FROM case_sources s JOIN cases x ON x.id = s.case_id WHERE s.certificate_id = c.id
        AND (may_act(x.principal_id, 'see', x.item_code) OR x.department_id = ANY (my_departments())))
$$;

-- Whether the viewer is who files this order, which nobody sees yet: its cases come after it.
CREATE FUNCTION files_order(filed uuid, principal uuid, mandate uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT EXISTS (SELECT 1 FROM orders o WHERE o.id = filed AND o.principal_id = principal AND o.actor_id = viewer()
                   AND o.mandate_id IS NOT DISTINCT FROM mandate AND o.filed_at = app_now())
$$;

ALTER TABLE use_consents ENABLE ROW LEVEL SECURITY;
ALTER TABLE case_sources ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_an_order_i_see ON use_consents FOR SELECT TO suishouban_web USING (EXISTS (SELECT 1 FROM orders o WHERE o.id = order_id));
CREATE POLICY agreed_now ON use_consents FOR INSERT TO suishouban_web WITH CHECK (given_by = viewer() AND files_order(order_id, principal_id, mandate_id));
CREATE POLICY of_a_case_i_see ON case_sources FOR SELECT TO suishouban_web USING (EXISTS (SELECT 1 FROM cases c WHERE c.id = case_id));
CREATE POLICY of_a_case_i_file ON case_sources FOR INSERT TO suishouban_web WITH CHECK (EXISTS (
    SELECT 1 FROM cases c WHERE c.id = case_id AND c.actor_id = viewer()
    AND (certificate_id IS NULL OR may_act_under(c.mandate_id, c.principal_id, 'use_certificates', c.item_code))));
CREATE POLICY worker_all ON use_consents TO suishouban_worker USING (true);
CREATE POLICY worker_all ON case_sources TO suishouban_worker USING (true);
GRANT SELECT, INSERT ON use_consents, case_sources TO suishouban_web;
GRANT SELECT ON use_consents, case_sources TO suishouban_worker;
REVOKE EXECUTE ON FUNCTION files_order(uuid, uuid, uuid), hold_certificates(uuid[]), certificate_now(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION files_order(uuid, uuid, uuid), hold_certificates(uuid[]) TO suishouban_web;
GRANT EXECUTE ON FUNCTION certificate_now(uuid) TO suishouban_web, suishouban_worker;

-- ---- Showing: a certificate is shown for one purpose, by codes that live a minute and a half, to whoever looks first.

-- Herself, whom she guards, or the business she represents by law.
CREATE FUNCTION may_show(holder uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT holder = viewer() OR holder IN (SELECT my_wards())
$$;

CREATE TABLE showings (
    id             uuid PRIMARY KEY,
    certificate_id uuid NOT NULL REFERENCES certificates,
    holder_id      uuid NOT NULL REFERENCES accounts,
    shown_by       uuid NOT NULL REFERENCES accounts,
    purpose        text NOT NULL,
    elements       text[] NOT NULL,                 -- what whoever looks gets to see
    begun_at       timestamptz NOT NULL,
    ends_at        timestamptz NOT NULL,
    ended_at       timestamptz,
    CHECK (ends_at BETWEEN begun_at AND begun_at + interval '10 minutes')
);
CREATE INDEX showings_of ON showings (certificate_id);

-- The token in the QR is 144 random bits; the holder's page draws it again out of its seal, nobody else can.
CREATE TABLE showing_codes (
    token_hash   bytea PRIMARY KEY CHECK (octet_length(token_hash) = 32),
    showing_id   uuid NOT NULL REFERENCES showings ON DELETE CASCADE,
    token_sealed bytea NOT NULL,
    made_at      timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    CHECK (expires_at BETWEEN made_at + interval '60 seconds' AND made_at + interval '120 seconds')
);
CREATE INDEX showing_codes_of ON showing_codes (showing_id);

-- Who looked. One look a showing: it is over with it.
CREATE TABLE certificate_looks (
    id             uuid PRIMARY KEY,
    showing_id     uuid UNIQUE REFERENCES showings ON DELETE CASCADE,
    certificate_id uuid NOT NULL REFERENCES certificates,
    holder_id      uuid NOT NULL REFERENCES accounts,
    officer_id     uuid REFERENCES accounts,        -- NULL: somebody with the code
    department_id  text REFERENCES departments,
    browser        bytea NOT NULL CHECK (octet_length(browser) = 32),
    purpose        text NOT NULL,
    elements       text[] NOT NULL,
    standing       text NOT NULL,
    mark           text NOT NULL CHECK (mark ~ '^[0-9]{2}$'),   -- the same two digits on both telephones
    at             timestamptz NOT NULL,
    CHECK (officer_id IS NOT NULL OR department_id IS NULL)
);
CREATE INDEX certificate_looks_of ON certificate_looks (certificate_id, at);
CREATE TRIGGER certificate_looks_stand BEFORE UPDATE ON certificate_looks FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER certificate_looks_no_truncate BEFORE TRUNCATE ON certificate_looks EXECUTE FUNCTION refuse_change();

-- What a code leads to before anybody looks: the kind of certificate and what for. Nothing of a person, nothing is used up.
CREATE FUNCTION code_at(code bytea) RETURNS TABLE (type text, purpose text, elements text[], outcome text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT c.type, s.purpose, s.elements, CASE
        WHEN EXISTS (SELECT 1 FROM certificate_looks l WHERE l.showing_id = s.id) THEN 'used'
        WHEN s.ended_at IS NOT NULL THEN 'ended'
        WHEN least(k.expires_at, s.ends_at) <= app_now() THEN 'expired' ELSE 'open' END
    FROM showing_codes k JOIN showings s ON s.id = k.showing_id JOIN certificates c ON c.id = s.certificate_id WHERE k.token_hash = code
$$;

-- Looks once. The showing is held, so of two at the same moment one is first; the same telephone may read its answer again for
-- two minutes, any other is told that it was used.
CREATE FUNCTION look_at_code(code bytea, telephone bytea, look uuid, two_digits text)
RETURNS TABLE (outcome text, look_id uuid, event_id bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE s showings; c certificates; k showing_codes; l certificate_looks; told bigint;
BEGIN
    SELECT * INTO k FROM showing_codes x WHERE x.token_hash = code;
    IF NOT FOUND THEN RETURN QUERY SELECT 'unknown', NULL::uuid, NULL::bigint; RETURN; END IF;
    SELECT * INTO s FROM showings x WHERE x.id = k.showing_id FOR UPDATE;
    SELECT * INTO l FROM certificate_looks x WHERE x.showing_id = s.id;
    IF FOUND THEN
        RETURN QUERY SELECT CASE WHEN l.browser = telephone AND l.at > app_now() - interval '2 minutes' THEN 'again' ELSE 'used' END, l.id, NULL::bigint;
        RETURN;
    END IF;
    IF s.ended_at IS NOT NULL OR least(k.expires_at, s.ends_at) <= app_now() THEN
        RETURN QUERY SELECT CASE WHEN s.ended_at IS NOT NULL THEN 'ended' ELSE 'expired' END, NULL::uuid, NULL::bigint;
        RETURN;
    END IF;
    SELECT * INTO c FROM certificates x WHERE x.id = s.certificate_id;
    INSERT INTO certificate_looks (id, showing_id, certificate_id, holder_id, officer_id, department_id, browser, purpose, elements, standing, mark, at)
    SELECT look, s.id, c.id, c.holder_id, a.id, CASE WHEN a.id IS NOT NULL THEN (my_departments())[1] END, telephone, s.purpose, s.elements,
           CASE WHEN c.state <> 'valid' THEN c.state WHEN c.valid_from > app_today() THEN 'not_yet'
                WHEN c.valid_until < app_today() THEN 'expired' ELSE 'valid' END, two_digits, app_now()
    FROM (SELECT 1) one LEFT JOIN accounts a ON a.id = viewer() AND a.kind = 'officer';
    UPDATE showings x SET ended_at = app_now() WHERE x.id = s.id;
    INSERT INTO events (principal_id, kind, actor_kind, actor_id, department_id, at, public, data)
    SELECT l2.holder_id, 'certificate_shown', CASE WHEN l2.officer_id IS NULL THEN 'machine' ELSE 'officer' END, l2.officer_id, l2.department_id,
           l2.at, true, jsonb_build_object('certificate', c.id, 'type', c.type, 'page', '/certificates/' || c.id || '/looks')
    FROM certificate_looks l2 WHERE l2.id = look RETURNING id INTO told;
    RETURN QUERY SELECT 'shown', look, told;
END $$;

-- The answer, for the telephone that looked, for two minutes: the certificate and the key that opens it.
CREATE FUNCTION looked_at(look uuid, telephone bytea) RETURNS TABLE (id uuid, number text, type text, department_id text, holder_id uuid, party_id uuid,
    case_id uuid, source text, sealed bytea, digest bytea, signature bytea, key_id text, issued_at timestamptz, valid_from date, valid_until date,
    state text, state_since timestamptz, state_reason text, replaces uuid, key_wrapped bytea,
    standing text, purpose text, elements text[], mark text, at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT x.id, x.number, x.type, x.department_id, x.holder_id, x.party_id, x.case_id, x.source, x.sealed, x.digest, x.signature, x.key_id, x.issued_at,
           x.valid_from, x.valid_until, x.state, x.state_since, x.state_reason, x.replaces, a.key_wrapped,
           l.standing, l.purpose, l.elements, l.mark, l.at
    FROM certificate_looks l JOIN certificates x ON x.id = l.certificate_id JOIN accounts a ON a.id = l.holder_id
    WHERE l.id = look AND l.browser = telephone AND l.at > app_now() - interval '2 minutes'
$$;

ALTER TABLE showings ENABLE ROW LEVEL SECURITY;
ALTER TABLE showing_codes ENABLE ROW LEVEL SECURITY;
ALTER TABLE certificate_looks ENABLE ROW LEVEL SECURITY;
CREATE POLICY mine_to_show ON showings TO suishouban_web USING (may_show(holder_id))
    WITH CHECK (may_show(holder_id) AND shown_by = viewer() AND EXISTS (
        SELECT 1 FROM certificates c WHERE c.id = certificate_id AND c.holder_id = showings.holder_id));
CREATE POLICY codes_of_mine ON showing_codes TO suishouban_web USING (EXISTS (SELECT 1 FROM showings s WHERE s.id = showing_id));
CREATE POLICY looks_at_mine ON certificate_looks FOR SELECT TO suishouban_web USING (may_show(holder_id));
CREATE POLICY worker_all ON showings TO suishouban_worker USING (true);
CREATE POLICY worker_all ON showing_codes TO suishouban_worker USING (true);
CREATE POLICY worker_all ON certificate_looks TO suishouban_worker USING (true);
GRANT SELECT, INSERT ON showings, showing_codes TO suishouban_web;
GRANT UPDATE (ended_at) ON showings TO suishouban_web;
GRANT SELECT ON certificate_looks TO suishouban_web;
GRANT SELECT, DELETE ON showings, showing_codes, certificate_looks TO suishouban_worker;
REVOKE EXECUTE ON FUNCTION code_at(bytea), look_at_code(bytea, bytea, uuid, text), looked_at(uuid, bytea), may_show(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION code_at(bytea), look_at_code(bytea, bytea, uuid, text), looked_at(uuid, bytea), may_show(uuid) TO suishouban_web;
