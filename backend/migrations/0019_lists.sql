-- What the papers and the Licensing Law ask of filed cases: a situation with its own promise, renewals that are deemed
-- granted (art. 50), and numbers limited in the order of acceptance (art. 57).

ALTER TABLE cases
    ADD COLUMN situation text,                 -- the item's situation it was filed in, with its own promise
    ADD COLUMN promised integer CHECK (promised >= 0),
    ADD COLUMN renews_until date,              -- the last day of what is renewed, if the application came in time
    ADD COLUMN acceptance_period text,         -- '2026', or 'ever'
    ADD COLUMN acceptance_number integer CHECK (acceptance_number > 0),
    ADD CONSTRAINT promise_of_situation CHECK (promised IS NULL OR situation IS NOT NULL),
    ADD CONSTRAINT whole_acceptance CHECK ((acceptance_period IS NULL) = (acceptance_number IS NULL)),
    ADD CONSTRAINT one_case_a_number UNIQUE (item_code, acceptance_period, acceptance_number);
CREATE INDEX cases_to_renew ON cases (renews_until) WHERE renews_until IS NOT NULL AND decided_at IS NULL;

-- The limits of one case: the item's, with what its situation and its renewal change.
CREATE FUNCTION case_limits(filed cases, version json) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT (version->'item'->'limits')::jsonb
        || CASE WHEN filed.promised IS NULL THEN '{}' ELSE jsonb_build_object('promised', filed.promised) END
        || CASE WHEN filed.renews_until IS NULL THEN '{}' ELSE jsonb_build_object('by', filed.renews_until) END
$$;

-- The order of acceptance. One row an item and period is counted up in the accepting transaction: who comes at the same
-- time waits for it, and what is rolled back leaves no gap. A sequence would do neither.
CREATE TABLE acceptance_counters (
    item_code text NOT NULL,
    period    text NOT NULL,
    last      integer NOT NULL CHECK (last > 0),
    PRIMARY KEY (item_code, period)
);
ALTER TABLE acceptance_counters ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON acceptance_counters FROM PUBLIC;

CREATE FUNCTION next_acceptance(item text, of_period text) RETURNS integer
LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
    INSERT INTO acceptance_counters AS c (item_code, period, last) VALUES (item, of_period, 1)
    ON CONFLICT (item_code, period) DO UPDATE SET last = c.last + 1 RETURNING last
$$;
REVOKE ALL ON FUNCTION next_acceptance FROM PUBLIC;

CREATE FUNCTION number_acceptance() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE limited json;
BEGIN
    SELECT v.data->'item'->'quota' INTO limited FROM item_versions v
     WHERE (v.code, v.version) = (NEW.item_code, NEW.item_version);
    IF limited IS NOT NULL AND json_typeof(limited) = 'object' THEN
        NEW.acceptance_period := CASE WHEN coalesce(limited->>'per', 'year') = 'ever' THEN 'ever'
                                      ELSE extract(year FROM app_now() AT TIME ZONE 'Asia/Shanghai')::text END;
        NEW.acceptance_number := next_acceptance(NEW.item_code, NEW.acceptance_period);
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER cases_number_acceptance BEFORE UPDATE OF accepted_at ON cases FOR EACH ROW
    WHEN (OLD.accepted_at IS NULL AND NEW.accepted_at IS NOT NULL) EXECUTE FUNCTION number_acceptance();

-- How many are granted, and how many accepted earlier are still open. Holds the counter: two grants cannot both be the last.
CREATE FUNCTION quota_room(of_case uuid) RETURNS TABLE (quota integer, granted integer, earlier integer)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE this cases;
BEGIN
    SELECT * INTO this FROM cases WHERE id = of_case;
    IF this.acceptance_number IS NULL THEN RETURN; END IF;
    PERFORM 1 FROM acceptance_counters c
      WHERE (c.item_code, c.period) = (this.item_code, this.acceptance_period) FOR UPDATE;
    RETURN QUERY
        SELECT (v.data->'item'->'quota'->>'count')::integer,
               (SELECT count(*) FROM cases o WHERE o.item_code = this.item_code AND o.acceptance_period = this.acceptance_period
                   AND o.id <> this.id AND o.state IN ('granted', 'certified', 'delivered'))::integer,
               (SELECT count(*) FROM cases o WHERE o.item_code = this.item_code AND o.acceptance_period = this.acceptance_period
                   AND o.acceptance_number < this.acceptance_number AND o.state IN ('accepted', 'suspended'))::integer
          FROM item_versions v WHERE (v.code, v.version) = (this.item_code, this.item_version);
END $$;
REVOKE ALL ON FUNCTION quota_room FROM PUBLIC;
GRANT EXECUTE ON FUNCTION quota_room TO suishouban_web, suishouban_worker;

CREATE FUNCTION grant_in_turn() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF EXISTS (SELECT FROM quota_room(NEW.id) r WHERE r.granted + r.earlier >= r.quota) THEN
        RAISE EXCEPTION 'case % is granted out of turn', NEW.number USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER cases_grant_in_turn BEFORE UPDATE OF state ON cases FOR EACH ROW
    WHEN (NEW.state = 'granted' AND OLD.state <> 'granted' AND NEW.acceptance_number IS NOT NULL) EXECUTE FUNCTION grant_in_turn();

-- Generated: backend/cases/trigger.py.
CREATE OR REPLACE FUNCTION moves_of(before text, after text) RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
    SELECT moves FROM (VALUES
        ('waiting', 'submitted', ARRAY['released']),
        ('submitted', 'correcting', ARRAY['correction_asked', 'correction_asked_again']),
        ('correcting', 'submitted', ARRAY['corrected']),
        ('submitted', 'accepted', ARRAY['accepted', 'deemed_accepted']),
        ('submitted', 'not_accepted', ARRAY['not_accepted']),
        ('submitted', 'not_competent', ARRAY['not_competent']),
        ('accepted', 'suspended', ARRAY['suspended']),
        ('suspended', 'accepted', ARRAY['resumed']),
        ('accepted', 'accepted', ARRAY['extended']),
        ('accepted', 'granted', ARRAY['granted', 'deemed_renewed']),
        ('submitted', 'granted', ARRAY['deemed_renewed']),
        ('suspended', 'granted', ARRAY['deemed_renewed']),
        ('accepted', 'refused', ARRAY['refused']),
        ('granted', 'certified', ARRAY['certificate_made']),
        ('granted', 'delivered', ARRAY['delivered']),
        ('certified', 'delivered', ARRAY['delivered']),
        ('waiting', 'withdrawn', ARRAY['withdrawn']),
        ('submitted', 'withdrawn', ARRAY['withdrawn']),
        ('correcting', 'withdrawn', ARRAY['withdrawn']),
        ('accepted', 'withdrawn', ARRAY['withdrawn']),
        ('suspended', 'withdrawn', ARRAY['withdrawn']),
        ('correcting', 'returned', ARRAY['returned']),
        ('waiting', 'returned', ARRAY['returned']),
        ('submitted', 'transferred', ARRAY['transferred']),
        ('accepted', 'transferred', ARRAY['transferred']),
        ('waiting', 'void', ARRAY['voided']),
        ('submitted', 'void', ARRAY['voided']),
        ('correcting', 'void', ARRAY['voided']),
        ('accepted', 'void', ARRAY['voided']),
        ('suspended', 'void', ARRAY['voided']),
        ('granted', 'void', ARRAY['voided']),
        ('certified', 'void', ARRAY['voided']),
        ('delivered', 'void', ARRAY['voided'])
    ) AS allowed (b, a, moves) WHERE b = before AND a = after
$$;
