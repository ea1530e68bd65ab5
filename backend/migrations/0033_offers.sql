-- Benefits that come to people (免申即享), pledges instead of materials (告知承诺), and words against a credit tier (信易批).

-- 1. Offers -------------------------------------------------------------------------------------------------------
-- Each time registers were gone through for an item: why one looked, on what basis, in which registers, and how many; never who.
CREATE TABLE offer_looks (
    id           uuid PRIMARY KEY,
    item_code    text NOT NULL,
    item_version integer NOT NULL,
    basis        text NOT NULL CHECK (length(basis) >= 4),
    registers    text[] NOT NULL CHECK (cardinality(registers) > 0),
    facts        text[] NOT NULL,
    begun_at     timestamptz NOT NULL,
    ended_at     timestamptz,
    looked       integer NOT NULL DEFAULT 0,
    entitled     integer NOT NULL DEFAULT 0,
    offered      integer NOT NULL DEFAULT 0,
    FOREIGN KEY (item_code, item_version) REFERENCES item_versions (code, version)
);
CREATE UNIQUE INDEX one_look_at_a_time ON offer_looks (item_code) WHERE ended_at IS NULL;
CREATE INDEX offer_looks_of ON offer_looks (item_code, begun_at);

-- One offer to one person for one period. `subject`: the keyed hash of her number; `principal_id`: her account, if she has one.
CREATE TABLE offers (
    id            uuid PRIMARY KEY,
    look_id       uuid NOT NULL REFERENCES offer_looks,
    item_code     text NOT NULL,
    item_version  integer NOT NULL,
    department_id text NOT NULL REFERENCES departments,
    role          text NOT NULL,
    subject       bytea NOT NULL,
    principal_id  uuid REFERENCES accounts,
    period        text NOT NULL,                -- 'once' or a year
    state         text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'taken', 'refused', 'expired')),
    facts_hash    bytea NOT NULL,               -- keyed hash of what entitles her: changed facts are a new question
    sealed        bytea NOT NULL,               -- why, in words with sources and dates; under her key, without an account the registers'
    area          text NOT NULL DEFAULT '',     -- region, for the community office
    contact       bytea,                        -- name and address where nothing digital reaches her, under the registers' key; else NULL
    offered_at    timestamptz NOT NULL,
    checked_at    timestamptz NOT NULL,
    answered_at   timestamptz,
    answered_by   uuid REFERENCES accounts,
    order_id      uuid UNIQUE REFERENCES orders,
    UNIQUE (item_code, subject, period),
    FOREIGN KEY (item_code, item_version) REFERENCES item_versions (code, version),
    CHECK ((state = 'taken') = (order_id IS NOT NULL)),
    CHECK ((state = 'open') = (answered_at IS NULL)),
    CHECK (principal_id IS NOT NULL OR contact IS NOT NULL OR state <> 'open')
);
CREATE INDEX offers_of ON offers (principal_id) WHERE principal_id IS NOT NULL;
CREATE INDEX offers_unreached ON offers (department_id, area) WHERE contact IS NOT NULL AND state = 'open';
CREATE INDEX offers_unchecked ON offers (item_code, checked_at) WHERE state = 'open';

-- What became of it, step by step. `by`: she, an agent of hers, the community office, the machine.
CREATE TABLE offer_changes (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    offer_id uuid NOT NULL REFERENCES offers ON DELETE CASCADE,
    state    text NOT NULL,
    was      text,
    actor_id uuid REFERENCES accounts,
    at       timestamptz NOT NULL
);
CREATE INDEX offer_changes_of ON offer_changes (offer_id);

-- Open → taken, refused or expired; refused and expired → open. A taken one stays taken, whoever taps how often.
CREATE FUNCTION offer_moves() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$ BEGIN
    IF TG_OP = 'UPDATE' AND (
           (NEW.id, NEW.item_code, NEW.role, NEW.subject, NEW.period) IS DISTINCT FROM (OLD.id, OLD.item_code, OLD.role, OLD.subject, OLD.period)
           OR (OLD.principal_id IS NOT NULL AND NEW.principal_id IS DISTINCT FROM OLD.principal_id)
           OR (NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (
               ('open', 'taken'), ('open', 'refused'), ('open', 'expired'), ('refused', 'open'), ('expired', 'open'), ('refused', 'taken'), ('expired', 'taken')))
           OR (OLD.state = 'taken' AND NEW.order_id IS DISTINCT FROM OLD.order_id)) THEN
        RAISE EXCEPTION 'an offer does not go from % to %', OLD.state, NEW.state USING ERRCODE = 'check_violation', CONSTRAINT = 'offer_moves';
    END IF;
    IF TG_OP = 'INSERT' OR NEW.state <> OLD.state THEN
        INSERT INTO offer_changes (offer_id, state, was, actor_id, at)
            VALUES (NEW.id, NEW.state, CASE WHEN TG_OP = 'UPDATE' THEN OLD.state END, viewer(), app_now());
        UPDATE notices SET needs_you = false WHERE needs_you AND NEW.state <> 'open' AND words ->> 'page' = '/offers/' || NEW.id;
    END IF;
    RETURN NEW;
END $$;
-- An answered offer keeps nobody's name and address.
CREATE FUNCTION offer_forgets() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN IF NEW.state <> 'open' THEN NEW.contact := NULL; END IF; RETURN NEW; END $$;
CREATE TRIGGER offers_forget BEFORE UPDATE ON offers FOR EACH ROW EXECUTE FUNCTION offer_forgets();
CREATE TRIGGER offers_move AFTER INSERT OR UPDATE ON offers FOR EACH ROW EXECUTE FUNCTION offer_moves();
CREATE TRIGGER offer_changes_stay BEFORE UPDATE ON offer_changes FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER offer_changes_no_truncate BEFORE TRUNCATE ON offer_changes EXECUTE FUNCTION refuse_change();

-- Whoever files the thing for her, by the offer or by the shop's door, has answered the offer.
CREATE FUNCTION offer_answered() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$ BEGIN
    UPDATE offers SET state = 'taken', order_id = NEW.order_id, answered_at = app_now(), answered_by = NEW.actor_id
        WHERE principal_id = NEW.principal_id AND item_code = NEW.item_code AND state <> 'taken'
          AND NEW.bound ->> role = NEW.principal_id::text
          AND id = (SELECT o.id FROM offers o WHERE o.principal_id = NEW.principal_id AND o.item_code = NEW.item_code ORDER BY o.offered_at DESC LIMIT 1)
          AND NOT EXISTS (SELECT 1 FROM offers t WHERE t.order_id = NEW.order_id);
    RETURN NULL;
END $$;
CREATE TRIGGER cases_answer_offers AFTER INSERT ON cases FOR EACH ROW EXECUTE FUNCTION offer_answered();

-- What the community office found when it went there. A word against it is the offer's own answer.
CREATE TABLE offer_visits (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    offer_id   uuid NOT NULL REFERENCES offers ON DELETE CASCADE,
    outcome    text NOT NULL CHECK (outcome IN ('letter', 'not_there', 'wants', 'declines')),
    words      text NOT NULL DEFAULT '' CHECK (length(words) <= 500),
    officer_id uuid NOT NULL REFERENCES accounts,
    at         timestamptz NOT NULL
);
CREATE INDEX offer_visits_of ON offer_visits (offer_id);
CREATE TRIGGER offer_visits_stay BEFORE UPDATE ON offer_visits FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER offer_visits_no_truncate BEFORE TRUNCATE ON offer_visits EXECUTE FUNCTION refuse_change();
-- A letter to somebody without an account lies in the same queue.
ALTER TABLE letters ALTER COLUMN person_id DROP NOT NULL;

-- At which desks the viewer goes out to people: windows and reviewers.
CREATE FUNCTION my_outreach() RETURNS text[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT coalesce(array_agg(DISTINCT r.department_id), '{}') FROM officer_roles r WHERE r.account_id = viewer()
      AND r.role IN ('window', 'reviewer', 'head') AND app_today() BETWEEN r.valid_from AND coalesce(r.valid_to, 'infinity'::date)
$$;
REVOKE EXECUTE ON FUNCTION my_outreach() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION my_outreach() TO suishouban_web;

-- She said no at her own door, to an officer who went out for it: remembered as her answer.
CREATE FUNCTION declined_at_the_door(offer uuid) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
    UPDATE offers SET state = 'refused', answered_at = app_now(), answered_by = viewer()
    WHERE id = offer AND state = 'open' AND contact IS NOT NULL AND department_id = ANY (my_outreach())
$$;
REVOKE EXECUTE ON FUNCTION declined_at_the_door(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION declined_at_the_door(uuid) TO suishouban_web;

ALTER TABLE offer_looks ENABLE ROW LEVEL SECURITY;
ALTER TABLE offers ENABLE ROW LEVEL SECURITY;
ALTER TABLE offer_changes ENABLE ROW LEVEL SECURITY;
ALTER TABLE offer_visits ENABLE ROW LEVEL SECURITY;
CREATE POLICY looked_at_here ON offer_looks FOR SELECT TO suishouban_web USING (
    EXISTS (SELECT 1 FROM item_versions v WHERE (v.code, v.version) = (item_code, item_version) AND v.department_id = ANY ((SELECT my_outreach())::text[])));
CREATE POLICY offered_to_mine ON offers FOR SELECT TO suishouban_web USING (may_act(principal_id, 'see', item_code));
CREATE POLICY answered_for_mine ON offers FOR UPDATE TO suishouban_web USING (may_act(principal_id, 'submit', item_code));
CREATE POLICY unreached_here ON offers FOR SELECT TO suishouban_web
    USING (contact IS NOT NULL AND department_id = ANY ((SELECT my_outreach())::text[]));
CREATE POLICY of_an_offer_i_see ON offer_visits TO suishouban_web
    USING (EXISTS (SELECT 1 FROM offers o WHERE o.id = offer_id AND o.department_id = ANY ((SELECT my_outreach())::text[])))
    WITH CHECK (officer_id = viewer() AND EXISTS (SELECT 1 FROM offers o WHERE o.id = offer_id AND o.department_id = ANY ((SELECT my_outreach())::text[])));
CREATE POLICY worker_all ON offer_looks TO suishouban_worker USING (true);
CREATE POLICY worker_all ON offers TO suishouban_worker USING (true);
CREATE POLICY worker_all ON offer_changes TO suishouban_worker USING (true);
CREATE POLICY worker_all ON offer_visits TO suishouban_worker USING (true);
GRANT SELECT ON offer_looks, offers, offer_visits TO suishouban_web;
GRANT UPDATE (state, answered_at, answered_by) ON offers TO suishouban_web;
GRANT INSERT ON offer_visits TO suishouban_web;
GRANT SELECT, INSERT ON offer_looks, offers TO suishouban_worker;
GRANT UPDATE (ended_at, looked, entitled, offered) ON offer_looks TO suishouban_worker;
GRANT UPDATE (state, answered_at, facts_hash, sealed, area, contact, principal_id, checked_at, look_id, offered_at, item_version) ON offers TO suishouban_worker;
GRANT SELECT, DELETE ON offer_changes, offer_visits TO suishouban_worker;
GRANT DELETE ON offers TO suishouban_worker;

-- 2. Pledges ------------------------------------------------------------------------------------------------------
-- What was signed instead of a material: never changed. The follow-up check adds its result.
CREATE TABLE pledges (
    id             uuid PRIMARY KEY,
    case_id        uuid NOT NULL REFERENCES cases,
    principal_id   uuid NOT NULL REFERENCES accounts,
    actor_id       uuid NOT NULL REFERENCES accounts,
    mandate_id     uuid REFERENCES mandates,
    item_code      text NOT NULL,
    item_version   integer NOT NULL,
    department_id  text NOT NULL REFERENCES departments,
    subject        uuid NOT NULL,
    material       text NOT NULL,
    variant        text NOT NULL DEFAULT '',
    label          text NOT NULL,
    words          text NOT NULL,               -- everything she read: the pack's words, nothing of hers
    words_hash     bytea NOT NULL,
    terms          jsonb NOT NULL,
    name_sealed    bytea NOT NULL,              -- the name she wrote under it, under the principal's key
    means          text NOT NULL CHECK (means IN ('name', 'verified')),
    signed_at      timestamptz NOT NULL,
    due            date NOT NULL,
    result         text CHECK (result IN ('kept', 'broken', 'unchecked')),
    result_words   text CHECK (length(result_words) BETWEEN 1 AND 1000),
    result_by      uuid REFERENCES accounts,
    result_at      timestamptz,
    excluded_until date,
    UNIQUE (case_id, subject, material, variant),
    FOREIGN KEY (item_code, item_version) REFERENCES item_versions (code, version),
    CHECK (words_hash = sha256(convert_to(words, 'UTF8'))),
    CHECK (num_nulls(result, result_words, result_at) IN (0, 3)),
    CHECK (excluded_until IS NULL OR result = 'broken')
);
CREATE INDEX pledges_due ON pledges (department_id, due) WHERE result IS NULL OR result = 'unchecked';
CREATE INDEX pledges_broken ON pledges (principal_id, department_id) WHERE result = 'broken';

-- Until when somebody may not pledge for this item, because she broke a pledge: NULL, she may.
CREATE FUNCTION pledging_excluded(principal uuid, item text, department text) RETURNS date LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT max(p.excluded_until) FROM pledges p WHERE p.principal_id = principal AND p.result = 'broken' AND p.excluded_until >= app_today()
      AND ((p.terms ->> 'excludes' = 'item' AND p.item_code = item) OR (p.terms ->> 'excludes' = 'department' AND p.department_id = department))
$$;
REVOKE EXECUTE ON FUNCTION pledging_excluded(uuid, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION pledging_excluded(uuid, text, text) TO suishouban_web, suishouban_worker;

CREATE FUNCTION pledge_signed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$ BEGIN
    IF pledging_excluded(NEW.principal_id, NEW.item_code, NEW.department_id) IS NOT NULL THEN
        RAISE EXCEPTION 'who broke a pledge does not pledge again yet' USING ERRCODE = 'check_violation', CONSTRAINT = 'pledging_excluded';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER pledges_signed BEFORE INSERT ON pledges FOR EACH ROW EXECUTE FUNCTION pledge_signed();

-- What was signed stays. A result is given once; "could not be checked" may still become one, and broken becomes kept after an objection.
CREATE FUNCTION pledge_stands() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$ BEGIN
    IF to_jsonb(NEW) - '{result,result_words,result_by,result_at,excluded_until,due,name_sealed}'::text[]
       <> to_jsonb(OLD) - '{result,result_words,result_by,result_at,excluded_until,due,name_sealed}'::text[]
       OR OLD.result = 'kept' OR (NEW.result IS NULL AND OLD.result IS NOT NULL)
       OR (NEW.due <> OLD.due AND NEW.result IS DISTINCT FROM 'unchecked')
       OR (OLD.result = 'broken' AND NEW.result IS DISTINCT FROM 'broken' AND NOT EXISTS (
           SELECT 1 FROM pledge_objections o WHERE o.pledge_id = OLD.id AND o.answer = 'upheld')) THEN
        RAISE EXCEPTION 'a pledge stands as it was signed' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER pledges_stand BEFORE UPDATE ON pledges FOR EACH ROW EXECUTE FUNCTION pledge_stands();
CREATE TRIGGER pledges_no_delete BEFORE DELETE ON pledges FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER pledges_no_truncate BEFORE TRUNCATE ON pledges EXECUTE FUNCTION refuse_change();

-- Her word against "broken", once; answered by another officer than the one who found it.
CREATE TABLE pledge_objections (
    pledge_id     uuid PRIMARY KEY REFERENCES pledges,
    principal_id  uuid NOT NULL REFERENCES accounts,
    made_by       uuid NOT NULL REFERENCES accounts,
    words_sealed  bytea NOT NULL,               -- under the system's key: read at the desk
    made_at       timestamptz NOT NULL,
    answer        text CHECK (answer IN ('upheld', 'dismissed')),
    answer_words  text CHECK (length(answer_words) BETWEEN 1 AND 1000),
    answered_by   uuid REFERENCES accounts,
    answered_at   timestamptz,
    CHECK (num_nulls(answer, answer_words, answered_by, answered_at) IN (0, 4))
);
CREATE FUNCTION objection_answered() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$ BEGIN
    IF OLD.answer IS NOT NULL OR (NEW.pledge_id, NEW.principal_id, NEW.made_by, NEW.made_at) <> (OLD.pledge_id, OLD.principal_id, OLD.made_by, OLD.made_at)
       OR NEW.answered_by = (SELECT p.result_by FROM pledges p WHERE p.id = NEW.pledge_id) THEN
        RAISE EXCEPTION 'an objection is answered once, by somebody else' USING ERRCODE = 'check_violation', CONSTRAINT = 'never_the_finder';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER pledge_objections_answer BEFORE UPDATE ON pledge_objections FOR EACH ROW EXECUTE FUNCTION objection_answered();

-- 3. Words against a credit tier ------------------------------------------------------------------------------------
CREATE TABLE credit_appeals (
    id            uuid PRIMARY KEY,
    principal_id  uuid NOT NULL REFERENCES accounts,
    made_by       uuid NOT NULL REFERENCES accounts,
    register      text NOT NULL,
    department_id text NOT NULL REFERENCES departments,
    tier          text NOT NULL,                -- as the register said when she appealed
    words_sealed  bytea NOT NULL,               -- under the system's key: read at the register's desk
    made_at       timestamptz NOT NULL,
    state         text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'corrected', 'stands')),
    answer_words  text CHECK (length(answer_words) BETWEEN 1 AND 1000),
    answered_by   uuid REFERENCES accounts,
    answered_at   timestamptz,
    CHECK ((state = 'open') = (answered_at IS NULL)),
    CHECK (num_nulls(answer_words, answered_by, answered_at) IN (0, 3))
);
CREATE UNIQUE INDEX one_open_appeal ON credit_appeals (principal_id, register) WHERE state = 'open';
CREATE INDEX credit_appeals_at ON credit_appeals (department_id, made_at) WHERE state = 'open';
CREATE FUNCTION appeal_answered() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF OLD.state <> 'open' OR to_jsonb(NEW) - '{state,answer_words,answered_by,answered_at,words_sealed}'::text[]
       <> to_jsonb(OLD) - '{state,answer_words,answered_by,answered_at,words_sealed}'::text[] THEN
        RAISE EXCEPTION 'an appeal is answered once' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER credit_appeals_answer BEFORE UPDATE ON credit_appeals FOR EACH ROW EXECUTE FUNCTION appeal_answered();

-- At which desks the viewer checks pledges and answers appeals.
CREATE FUNCTION my_checks() RETURNS text[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT coalesce(array_agg(DISTINCT r.department_id), '{}') FROM officer_roles r WHERE r.account_id = viewer()
      AND r.role IN ('reviewer', 'approver', 'head') AND app_today() BETWEEN r.valid_from AND coalesce(r.valid_to, 'infinity'::date)
$$;
REVOKE EXECUTE ON FUNCTION my_checks() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION my_checks() TO suishouban_web;

ALTER TABLE pledges ENABLE ROW LEVEL SECURITY;
ALTER TABLE pledge_objections ENABLE ROW LEVEL SECURITY;
ALTER TABLE credit_appeals ENABLE ROW LEVEL SECURITY;
CREATE POLICY pledged_by_mine ON pledges FOR SELECT TO suishouban_web USING (may_act(principal_id, 'see', item_code));
CREATE POLICY pledged_with_a_case ON pledges FOR INSERT TO suishouban_web
    WITH CHECK (actor_id = viewer() AND may_act_under(mandate_id, principal_id, 'submit', item_code));
CREATE POLICY checked_here ON pledges FOR SELECT TO suishouban_web USING (department_id = ANY ((SELECT my_departments())::text[]));
CREATE POLICY found_here ON pledges FOR UPDATE TO suishouban_web USING (department_id = ANY ((SELECT my_checks())::text[]));
CREATE POLICY objected_by_mine ON pledge_objections FOR SELECT TO suishouban_web USING (may_act(principal_id, 'see', NULL));
CREATE POLICY objected ON pledge_objections FOR INSERT TO suishouban_web WITH CHECK (made_by = viewer() AND answer IS NULL AND EXISTS (
    SELECT 1 FROM pledges p WHERE p.id = pledge_id AND p.principal_id = pledge_objections.principal_id AND p.result = 'broken'
      AND may_act(p.principal_id, 'submit', p.item_code)));
CREATE POLICY answered_here ON pledge_objections TO suishouban_web
    USING (EXISTS (SELECT 1 FROM pledges p WHERE p.id = pledge_id AND p.department_id = ANY ((SELECT my_checks())::text[])));
CREATE POLICY own_appeals ON credit_appeals FOR SELECT TO suishouban_web USING (principal_id = viewer() OR (is_business(principal_id) AND may_act(principal_id, 'see', NULL)));
CREATE POLICY appealed ON credit_appeals FOR INSERT TO suishouban_web
    WITH CHECK (made_by = viewer() AND state = 'open' AND (principal_id = viewer() OR (is_business(principal_id) AND may_act(principal_id, 'submit', NULL))));
CREATE POLICY appeals_here ON credit_appeals TO suishouban_web
    USING (department_id = ANY ((SELECT my_checks())::text[])) WITH CHECK (department_id = ANY ((SELECT my_checks())::text[]) AND state <> 'open');
CREATE POLICY worker_all ON pledges TO suishouban_worker USING (true);
CREATE POLICY worker_all ON pledge_objections TO suishouban_worker USING (true);
CREATE POLICY worker_all ON credit_appeals TO suishouban_worker USING (true);
GRANT SELECT, INSERT ON pledges, pledge_objections, credit_appeals TO suishouban_web;
GRANT UPDATE (result, result_words, result_by, result_at, excluded_until, due) ON pledges TO suishouban_web;
GRANT UPDATE (answer, answer_words, answered_by, answered_at) ON pledge_objections TO suishouban_web;
GRANT UPDATE (state, answer_words, answered_by, answered_at) ON credit_appeals TO suishouban_web;
GRANT SELECT ON pledges TO suishouban_worker;
GRANT UPDATE (name_sealed) ON pledges TO suishouban_worker;
GRANT SELECT, DELETE ON pledge_objections, credit_appeals TO suishouban_worker;
