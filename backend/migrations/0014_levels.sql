-- How far people are known where they file; businesses as principals; signatures by the other people of a filing.

-- 1. Levels ------------------------------------------------------------------------------------------------------
-- As she said herself; by a number she answers; by the province's provider, or by an officer who saw her card.
CREATE FUNCTION level_rank(level text) RETURNS integer LANGUAGE sql IMMUTABLE AS
$$ SELECT CASE level WHEN 'said' THEN 0 WHEN 'code' THEN 1 ELSE 2 END $$;

-- Which of her sessions this transaction belongs to: set by the code that opens it.
CREATE FUNCTION session_now() RETURNS bytea LANGUAGE sql STABLE AS
$$ SELECT decode(nullif(current_setting('app.session', true), ''), 'hex') $$;

-- How far an account counts now. After a change of the number, for seven days, whoever signs in with it is known by it
-- alone: unless she came by the provider, or by a passkey and none was added since. Officers and helpers were invited by name.
CREATE FUNCTION level_now(account uuid) RETURNS text LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT CASE WHEN a.kind NOT IN ('person', 'business') THEN 'counter'
                WHEN level_rank(a.level) = 2 AND cooling(a.id) AND NOT EXISTS (
                    SELECT 1 FROM sessions s WHERE s.token_hash = session_now() AND s.account_id = a.id AND (s.means = 'provider' OR (
                        s.means = 'passkey' AND NOT EXISTS (SELECT 1 FROM passkeys p JOIN contacts c ON c.account_id = p.account_id
                            WHERE p.account_id = a.id AND c.kind = 'phone' AND p.created_at >= c.changed_at)))) THEN 'code'
                ELSE a.level END
    FROM accounts a WHERE a.id = account
$$;

-- What the will of the principal was known by when the mandate was given; it does not grow afterwards.
ALTER TABLE mandates ADD COLUMN level text CHECK (level IN ('said', 'code', 'provider', 'counter'));
CREATE FUNCTION level_of_way(kind text, way text, principal uuid) RETURNS text LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT CASE WHEN kind IN ('guardian', 'staff_assisted', 'representative') OR way = 'counter_paper' THEN 'counter'
                WHEN way IN ('sms', 'posted_code') THEN 'code' ELSE level_now(principal) END
$$;
CREATE FUNCTION mandate_level() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN NEW.level := level_of_way(NEW.kind, NEW.created_via, NEW.principal_id); RETURN NEW; END $$;
CREATE TRIGGER mandates_level BEFORE INSERT ON mandates FOR EACH ROW EXECUTE FUNCTION mandate_level();
ALTER TABLE mandates DISABLE TRIGGER mandates_end_once;
UPDATE mandates SET level = level_of_way(kind, created_via, principal_id);
ALTER TABLE mandates ENABLE TRIGGER mandates_end_once;
ALTER TABLE mandates ALTER COLUMN level SET NOT NULL;

-- Each case keeps how far its people were known when it was filed: the weaker of the actor's own identity and her mandate.
-- What it takes stands in the item; whatever Python did, a case below it is not written.
ALTER TABLE cases ADD COLUMN level text CHECK (level IN ('said', 'code', 'provider', 'counter'));
UPDATE cases c SET level = (SELECT a.level FROM accounts a WHERE a.id = c.actor_id);
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE cases ALTER COLUMN level SET NOT NULL, ALTER COLUMN level SET DEFAULT 'said';
CREATE FUNCTION filed_at_level() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE given text; needed text;
BEGIN
    NEW.level := level_now(NEW.actor_id);
    SELECT m.level INTO given FROM mandates m WHERE m.id = NEW.mandate_id;
    IF level_rank(given) < level_rank(NEW.level) AND given IS NOT NULL THEN NEW.level := given; END IF;
    SELECT v.data -> 'item' ->> 'level' INTO needed FROM item_versions v WHERE (v.code, v.version) = (NEW.item_code, NEW.item_version);
    IF level_rank(NEW.level) < level_rank(coalesce(needed, 'code')) THEN
        RAISE EXCEPTION '% asks for %, known is %', NEW.item_code, needed, NEW.level
            USING ERRCODE = 'check_violation', CONSTRAINT = 'level_of_item';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER cases_level BEFORE INSERT ON cases FOR EACH ROW EXECUTE FUNCTION filed_at_level();

-- The viewer answered a code to her own number or address, just now: she is known by it.
CREATE FUNCTION known_by_code(attempt uuid) RETURNS boolean LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
    WITH raised AS (
        UPDATE accounts SET level = 'code' WHERE id = viewer() AND level = 'said' AND kind = 'person' AND EXISTS (
            SELECT 1 FROM sign_in_codes c WHERE c.id = attempt AND c.used_at = app_now() AND (c.account_id = viewer() OR EXISTS (
                SELECT 1 FROM contacts k WHERE k.account_id = viewer() AND k.value_blind = c.contact_blind AND k.verified_at IS NOT NULL))) RETURNING 1)
    SELECT EXISTS (SELECT 1 FROM raised)
$$;
-- One of the demo cast, and nobody else, is taken for seen at the counter.
CREATE FUNCTION known_in_demo() RETURNS boolean LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
    WITH raised AS (UPDATE accounts SET level = 'counter' WHERE id = viewer() AND handle IS NOT NULL AND kind = 'person' RETURNING 1)
    SELECT EXISTS (SELECT 1 FROM raised)
$$;

-- The ID number she says is hers, as a keyed hash: by it an officer finds her account when she comes with her card.
-- It proves nothing; what a card proved stands in id_numbers (0015).
CREATE TABLE stated_numbers (
    account_id uuid PRIMARY KEY REFERENCES accounts,
    blind      bytea NOT NULL,
    stated_at  timestamptz NOT NULL
);
CREATE INDEX stated_numbers_blind ON stated_numbers (blind);
ALTER TABLE stated_numbers ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_word ON stated_numbers TO suishouban_web USING (account_id = viewer()) WITH CHECK (account_id = viewer());
CREATE POLICY worker_all ON stated_numbers TO suishouban_worker USING (true);
GRANT SELECT, INSERT, UPDATE (blind, stated_at) ON stated_numbers TO suishouban_web;
GRANT SELECT, DELETE ON stated_numbers TO suishouban_worker;
-- Who is known by this number: whose card was seen first, then whoever says so.
CREATE FUNCTION known_by_number(number bytea) RETURNS TABLE (account_id uuid, seen boolean, since timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
BEGIN
    RETURN QUERY SELECT n.account_id, true, n.seen_at FROM id_numbers n WHERE n.blind = number
        UNION ALL SELECT n.account_id, false, n.stated_at FROM stated_numbers n
        WHERE n.blind = number AND NOT EXISTS (SELECT 1 FROM id_numbers k WHERE k.account_id = n.account_id);
END $$;
REVOKE EXECUTE ON FUNCTION known_by_number(bytea) FROM PUBLIC;

CREATE FUNCTION at_counter() RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT EXISTS (SELECT 1 FROM officer_roles WHERE account_id = viewer() AND role = 'window'
                   AND app_today() BETWEEN valid_from AND coalesce(valid_to, 'infinity'::date))
$$;

-- The accounts of this number; only for an officer at a counter, who has the card in her hand. Each of them keeps who looked.
CREATE FUNCTION people_with_number(number bytea)
RETURNS TABLE (id uuid, name_sealed bytea, key_wrapped bytea, level text, seen boolean, phone_sealed bytea)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF NOT at_counter() THEN RETURN; END IF;
    INSERT INTO events (principal_id, kind, actor_kind, actor_id, at, public)
        SELECT n.account_id, 'identity_looked_up', 'officer', viewer(), app_now(), false FROM known_by_number(number) n;
    RETURN QUERY SELECT a.id, a.name_sealed, a.key_wrapped, a.level, n.seen, c.value_sealed
        FROM known_by_number(number) n JOIN accounts a ON a.id = n.account_id
        LEFT JOIN contacts c ON c.account_id = a.id AND c.kind = 'phone' AND c.verified_at IS NOT NULL
        WHERE a.kind = 'person' ORDER BY n.seen DESC, n.since LIMIT 10;
END $$;

-- The officer compared card and person. `sealed`: the number as a fact of hers, verified at a counter (trust B). Returns the
-- event in the history of her account, of which she is told; NULL for a person or a card that is not so.
CREATE FUNCTION confirm_identity(person uuid, number bytea, sealed bytea) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE event bigint;
BEGIN
    IF NOT EXISTS (SELECT 1 FROM known_by_number(number) n WHERE n.account_id = person) OR NOT card_seen(person, number) THEN
        RETURN NULL;
    END IF;
    INSERT INTO facts (party_id, element, source, sealed, trust, at) VALUES (person, 'person.id_number', 'counter', sealed, 'B', app_now())
        ON CONFLICT (party_id, element, source) DO UPDATE SET sealed = excluded.sealed, trust = excluded.trust, at = excluded.at;
    INSERT INTO events (principal_id, kind, actor_kind, actor_id, at, data)
        VALUES (person, 'identity_confirmed', 'officer', viewer(), app_now(), '{"page": "/me/level"}') RETURNING id INTO event;
    RETURN event;
END $$;

-- 2. Businesses --------------------------------------------------------------------------------------------------
-- A business is a principal. Whom the register names as its representative acts under a mandate of its own kind; it has
-- no end date, but the register is asked again every night. Everybody else acts under an ordinary mandate.
CREATE TABLE businesses (
    account_id           uuid PRIMARY KEY REFERENCES accounts,
    code_blind           bytea NOT NULL UNIQUE,     -- of the unified social credit code, as registers are asked
    representative_blind bytea NOT NULL,            -- of the ID number the register named last
    checked_at           timestamptz NOT NULL
);
ALTER TABLE businesses ENABLE ROW LEVEL SECURITY;
CREATE POLICY business_seen ON businesses FOR SELECT TO suishouban_web USING (may_act(account_id, 'see', NULL));
CREATE POLICY worker_all ON businesses TO suishouban_worker USING (true);
GRANT SELECT ON businesses TO suishouban_web, suishouban_worker;
GRANT UPDATE (representative_blind, checked_at) ON businesses TO suishouban_worker;

ALTER TABLE mandates DROP CONSTRAINT mandates_kind_check, DROP CONSTRAINT mandates_created_via_check, DROP CONSTRAINT mandates_check1;
ALTER TABLE mandates
    ADD CONSTRAINT mandates_kind_check CHECK (kind IN ('entrusted', 'guardian', 'staff_assisted', 'representative')),
    ADD CONSTRAINT mandates_created_via_check CHECK (created_via IN ('self', 'sms', 'posted_code', 'counter_paper', 'family_qr', 'register')),
    ADD CONSTRAINT mandates_check1 CHECK (valid_to >= valid_from AND (valid_to - valid_from <= 365 OR kind = 'representative')),
    ADD CONSTRAINT representative_by_register CHECK (kind <> 'representative' OR created_via = 'register');
CREATE UNIQUE INDEX one_representative ON mandates (principal_id) WHERE kind = 'representative' AND ended_at IS NULL;

-- Whether the viewer is the representative of this business now.
CREATE FUNCTION represents(business uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT EXISTS (SELECT 1 FROM mandates m WHERE m.principal_id = business AND m.agent_id = viewer() AND m.kind = 'representative'
                   AND m.ended_at IS NULL AND app_today() BETWEEN m.valid_from AND m.valid_to)
$$;

-- The register names the viewer, under the number she is known by: the business is there, with her as its representative.
-- Returns its account and her mandate; no row for who is not known well enough or has another number.
CREATE FUNCTION open_business(fresh uuid, wrapped bytea, name bytea, code bytea, representative bytea, words text)
RETURNS TABLE (account_id uuid, mandate_id uuid, is_new boolean, given boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE business uuid; held uuid; opened boolean := false; fresh_mandate boolean := false;
BEGIN
    IF level_rank(level_now(viewer())) < 2 OR NOT EXISTS (
        SELECT 1 FROM known_by_number(representative) n JOIN accounts a ON a.id = n.account_id WHERE n.account_id = viewer() AND a.kind = 'person') THEN
        RETURN;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('business:' || encode(code, 'hex'), 0));
    SELECT b.account_id INTO business FROM businesses b WHERE b.code_blind = code;
    IF business IS NULL THEN
        business := fresh; opened := true;
        INSERT INTO accounts (id, kind, key_wrapped, name_sealed, level) VALUES (business, 'business', wrapped, name, 'provider');
        INSERT INTO parties (id, principal_id, kind, is_self) VALUES (business, business, 'business', true);
        INSERT INTO businesses (account_id, code_blind, representative_blind, checked_at) VALUES (business, code, representative, app_now());
    END IF;
    UPDATE businesses b SET representative_blind = representative, checked_at = app_now() WHERE b.account_id = business;
    UPDATE mandates m SET ended_at = app_now(), end_reason = 'replaced'
        WHERE m.principal_id = business AND m.kind = 'representative' AND m.ended_at IS NULL AND m.agent_id <> viewer();
    SELECT m.id INTO held FROM mandates m WHERE m.principal_id = business AND m.kind = 'representative' AND m.ended_at IS NULL;
    IF held IS NULL THEN
        held := gen_random_uuid(); fresh_mandate := true;
        INSERT INTO mandates (id, principal_id, agent_id, kind, created_via, actions, consent, consent_hash, valid_from, valid_to, granted_at)
        VALUES (held, business, viewer(), 'representative', 'register', '{see,fill,submit,correct,pay,receive,use_certificates,rate}', words,
                sha256(convert_to(words, 'UTF8')), app_today(), '9999-12-31', app_now());
    END IF;
    RETURN QUERY SELECT business, held, opened, fresh_mandate;
END $$;

-- What belongs to a business is its representative's to give and to read, as a person's mandates are hers.
CREATE POLICY mandates_of_my_business ON mandates FOR SELECT TO suishouban_web USING (represents(principal_id));
CREATE POLICY given_for_my_business ON mandates FOR INSERT TO suishouban_web WITH CHECK (kind = 'entrusted' AND represents(principal_id));
CREATE POLICY ended_for_my_business ON mandates FOR UPDATE TO suishouban_web USING (kind = 'entrusted' AND represents(principal_id));
CREATE POLICY journal_of_my_business ON mandate_events TO suishouban_web
    USING (EXISTS (SELECT 1 FROM mandates m WHERE m.id = mandate_id AND represents(m.principal_id)));
CREATE POLICY agents_of_my_business ON accounts FOR SELECT TO suishouban_web
    USING (EXISTS (SELECT 1 FROM mandates m WHERE m.agent_id = accounts.id AND represents(m.principal_id)));
CREATE FUNCTION is_business(account uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS
$$ SELECT EXISTS (SELECT 1 FROM accounts a WHERE a.id = account AND a.kind = 'business') $$;
-- A business reads its notices through whoever may see its affairs: nobody signs in as a business.
CREATE POLICY notices_of_my_business ON notices TO suishouban_web
    USING (is_business(person_id) AND may_act(person_id, 'see', NULL) AND (case_id IS NULL OR EXISTS (SELECT 1 FROM cases c WHERE c.id = case_id)));
CREATE FUNCTION inbox_on_screen(principal uuid) RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS
$$ SELECT CASE WHEN is_business(principal) AND may_act(principal, 'see', NULL) THEN principal ELSE viewer() END $$;
-- In the affairs of a business the person who handles them is a party too, known by her own account.
ALTER TABLE parties ADD COLUMN stands_for uuid REFERENCES accounts;
CREATE UNIQUE INDEX one_party_a_handler ON parties (principal_id, stands_for) WHERE stands_for IS NOT NULL;

-- 3. Signatures --------------------------------------------------------------------------------------------------
-- Somebody else's confirmation of one line of a draft: exactly these answers and materials (`text_hash`), or it counts for nothing.
CREATE TABLE signatures (
    id           uuid PRIMARY KEY,
    cart_id      uuid NOT NULL REFERENCES carts,
    line_id      uuid NOT NULL,
    item_code    text NOT NULL,
    role         text NOT NULL,
    party_id     uuid NOT NULL REFERENCES parties,
    principal_id uuid NOT NULL REFERENCES accounts,     -- whose filing it is
    asked_by     uuid NOT NULL REFERENCES accounts,
    signer_id    uuid REFERENCES accounts,              -- NULL: nobody is known by that name and number, and nobody is told so
    text_hash    bytea NOT NULL,                        -- keyed hash of everything that will be filed with the line
    sealed       bytea NOT NULL,                        -- what she is shown, under the principal's key
    token_hash   bytea NOT NULL UNIQUE,                 -- of the link that is sent to her
    token_sealed bytea,                                 -- until it was sent
    counter_hash bytea NOT NULL UNIQUE,                 -- of the code to bring to a counter
    state        text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'signed', 'declined', 'withdrawn')),
    asked_at     timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL CHECK (expires_at <= asked_at + interval '14 days'),
    answered_at  timestamptz,
    answered_by  uuid REFERENCES accounts,
    via          text CHECK (via IN ('phone', 'agent', 'counter')),
    mandate_id   uuid REFERENCES mandates,
    file_id      uuid REFERENCES files,                 -- the scanned paper
    case_id      uuid REFERENCES cases,                 -- once it was filed
    CHECK ((state = 'waiting') = (answered_at IS NULL)),
    CHECK (state NOT IN ('signed', 'declined') OR (via IS NOT NULL AND answered_by IS NOT NULL)),
    CHECK ((via = 'agent') = (mandate_id IS NOT NULL)),
    CHECK (state <> 'signed' OR (via = 'counter') = (file_id IS NOT NULL)),
    CHECK (case_id IS NULL OR state = 'signed')
);
CREATE INDEX signatures_of ON signatures (cart_id);
CREATE INDEX signatures_by ON signatures (signer_id) WHERE state = 'waiting';
CREATE INDEX signatures_of_case ON signatures (case_id) WHERE case_id IS NOT NULL;
CREATE INDEX signatures_file ON signatures (file_id) WHERE file_id IS NOT NULL;

-- Answered once; what was asked never changes.
CREATE FUNCTION signature_stands() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE may text[] := '{token_sealed,case_id}';
BEGIN
    IF OLD.state = 'waiting' THEN may := may || '{state,answered_at,answered_by,via,mandate_id,file_id}'::text[]; END IF;
    IF OLD.state = 'signed' AND NEW.state = 'withdrawn' AND OLD.case_id IS NULL THEN may := may || '{state,answered_at}'::text[]; END IF;
    IF to_jsonb(NEW) - may <> to_jsonb(OLD) - may
       OR (NEW.case_id IS DISTINCT FROM OLD.case_id AND (OLD.case_id IS NOT NULL OR OLD.state <> 'signed')) THEN
        RAISE EXCEPTION 'a signature is given once' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER signatures_stand BEFORE UPDATE ON signatures FOR EACH ROW EXECUTE FUNCTION signature_stands();
CREATE TRIGGER signatures_no_delete BEFORE DELETE ON signatures FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER signatures_no_truncate BEFORE TRUNCATE ON signatures EXECUTE FUNCTION refuse_change();

ALTER TABLE signatures ENABLE ROW LEVEL SECURITY;
-- Who fills the cart; whose signature it is, or who may submit this for her; the department it was filed at.
CREATE POLICY signature_seen ON signatures FOR SELECT TO suishouban_web
    USING (EXISTS (SELECT 1 FROM carts c WHERE c.id = cart_id) OR may_act(signer_id, 'submit', item_code)
           OR EXISTS (SELECT 1 FROM cases c WHERE c.id = case_id));
CREATE POLICY signature_asked ON signatures FOR INSERT TO suishouban_web
    WITH CHECK (asked_by = viewer() AND state = 'waiting' AND case_id IS NULL AND may_act(principal_id, 'fill', item_code)
                AND EXISTS (SELECT 1 FROM carts c WHERE c.id = cart_id AND c.principal_id = signatures.principal_id));
-- She signs or declines herself, or by an agent who does not file it; who asked may only take the question back or file it.
CREATE POLICY signature_answered ON signatures FOR UPDATE TO suishouban_web
    USING (may_act(signer_id, 'submit', item_code))
    WITH CHECK (answered_by = viewer() AND state IN ('signed', 'declined') AND via <> 'counter' AND case_id IS NULL
                AND (signer_id = viewer() OR viewer() NOT IN (asked_by, principal_id)));
CREATE POLICY signature_taken_back ON signatures FOR UPDATE TO suishouban_web
    USING (EXISTS (SELECT 1 FROM carts c WHERE c.id = cart_id))
    WITH CHECK (EXISTS (SELECT 1 FROM carts c WHERE c.id = cart_id) AND (state = 'withdrawn' OR (case_id IS NOT NULL AND state = 'signed')));
CREATE POLICY worker_all ON signatures TO suishouban_worker USING (true);
GRANT SELECT, INSERT ON signatures TO suishouban_web;
GRANT UPDATE (state, answered_at, answered_by, via, mandate_id, case_id) ON signatures TO suishouban_web;
GRANT SELECT ON signatures TO suishouban_worker;
GRANT UPDATE (token_sealed) ON signatures TO suishouban_worker;

-- Whose key opens what she is shown: for whoever the policy above shows the row to.
CREATE FUNCTION signature_key(asked uuid) RETURNS bytea LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT a.key_wrapped FROM signatures s JOIN accounts a ON a.id = s.principal_id
    WHERE s.id = asked AND (may_act(s.signer_id, 'submit', s.item_code) OR s.asked_by = viewer())
$$;
-- The person of that ID number, as the one who asks wrote it; her name is compared where it can be opened.
CREATE FUNCTION signer_with_number(number bytea) RETURNS TABLE (id uuid, name_sealed bytea, key_wrapped bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT a.id, a.name_sealed, a.key_wrapped FROM known_by_number(number) n JOIN accounts a ON a.id = n.account_id
    WHERE a.kind = 'person' ORDER BY n.seen DESC, level_rank(a.level) DESC, n.since LIMIT 3
$$;
-- At the counter: found by the code on the asker's page, signed on paper there, the scan kept.
CREATE FUNCTION signature_at_counter(code bytea)
RETURNS TABLE (id uuid, item_code text, sealed bytea, key_wrapped bytea, state text, expires_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT s.id, s.item_code, s.sealed, a.key_wrapped, s.state, s.expires_at FROM signatures s JOIN accounts a ON a.id = s.principal_id
    WHERE s.counter_hash = code AND at_counter()
$$;
CREATE FUNCTION sign_at_counter(code bytea, scan uuid) RETURNS uuid LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
    UPDATE signatures SET state = 'signed', answered_at = app_now(), answered_by = viewer(), via = 'counter', file_id = scan
    WHERE counter_hash = code AND state = 'waiting' AND expires_at > app_now() AND at_counter()
      AND EXISTS (SELECT 1 FROM files f WHERE f.id = scan AND f.actor_id = viewer()) RETURNING id
$$;
-- The scan belongs to the officer who made it; who may read the signature may read the paper.
CREATE POLICY signed_papers ON files FOR SELECT TO suishouban_web USING (EXISTS (SELECT 1 FROM signatures s WHERE s.file_id = files.id));
CREATE FUNCTION key_of_paper(file uuid) RETURNS bytea LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT a.key_wrapped FROM signatures s JOIN files f ON f.id = s.file_id JOIN accounts a ON a.id = f.principal_id
    WHERE s.file_id = file AND (may_act(s.signer_id, 'submit', s.item_code) OR s.asked_by = viewer() OR EXISTS (
        SELECT 1 FROM cases c WHERE c.id = s.case_id AND (may_act(c.principal_id, 'see', c.item_code) OR c.department_id = ANY (my_departments()))))
$$;

-- Whatever Python did: a case whose item asks for somebody's signature is not there without it. The applicant who files, and the
-- person who handles it for a business, sign by filing; what the law wants on paper is signed at the visit.
CREATE FUNCTION case_is_signed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE item jsonb; unsigned text;
BEGIN
    SELECT v.data -> 'item' INTO item FROM item_versions v WHERE (v.code, v.version) = (NEW.item_code, NEW.item_version);
    IF coalesce(item ->> 'on_paper', '') <> '' THEN RETURN NULL; END IF;
    SELECT role INTO unsigned FROM jsonb_array_elements_text(coalesce(item -> 'signs', '[]')) AS role,
        LATERAL jsonb_array_elements_text(CASE jsonb_typeof(NEW.bound -> role) WHEN 'array' THEN NEW.bound -> role
            WHEN 'string' THEN jsonb_build_array(NEW.bound -> role) ELSE '[]' END) AS party
    WHERE party::uuid <> NEW.principal_id
      AND NOT EXISTS (SELECT 1 FROM parties p WHERE p.id = party::uuid AND p.stands_for = NEW.actor_id)
      AND NOT EXISTS (SELECT 1 FROM signatures s WHERE s.case_id = NEW.id AND s.party_id = party::uuid AND s.state = 'signed') LIMIT 1;
    IF unsigned IS NOT NULL THEN
        RAISE EXCEPTION 'case % is not signed by %', NEW.number, unsigned USING ERRCODE = 'check_violation', CONSTRAINT = 'case_is_signed';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER cases_signed AFTER INSERT ON cases DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION case_is_signed();

-- Who is forgotten signs nothing any more.
GRANT DELETE ON signatures TO suishouban_worker;
