-- Signing in by one-time code, how far a person is known, and limits that hold over every process.

-- How many of something happened in a window; counted in the transaction of the attempt itself.
CREATE TABLE limits (
    key     bytea NOT NULL,                     -- keyed hash of what is limited: a number, an address, a network
    since   timestamptz NOT NULL,               -- start of the window
    n       integer NOT NULL,
    PRIMARY KEY (key, since)
);

-- Counts one more and says whether it still is within `most` for this window of `seconds`.
CREATE FUNCTION within_limit(what bytea, seconds integer, most integer) RETURNS boolean LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
    INSERT INTO limits AS l (key, since, n)
    VALUES (what, to_timestamp(floor(extract(epoch FROM app_now()) / seconds) * seconds), 1)
    ON CONFLICT (key, since) DO UPDATE SET n = l.n + 1 RETURNING l.n <= most
$$;

-- A code on its way. Bound to the browser that asked; the code itself is only here until it is sent, then only its keyed hash.
CREATE TABLE sign_in_codes (
    id             uuid PRIMARY KEY,
    browser        bytea NOT NULL,              -- SHA-256 of the attempt's cookie
    channel        text NOT NULL CHECK (channel IN ('phone', 'email')),
    contact_sealed bytea NOT NULL,
    contact_blind  bytea NOT NULL,
    code_sealed    bytea,
    code_hash      bytea NOT NULL,
    purpose        text NOT NULL CHECK (purpose IN ('sign_in', 'contact')),
    account_id     uuid REFERENCES accounts,    -- who is already signed in and changes her contact
    tries          integer NOT NULL DEFAULT 0 CHECK (tries BETWEEN 0 AND 5),
    asked_at       timestamptz NOT NULL,
    expires_at     timestamptz NOT NULL,
    right_at       timestamptz,                 -- the code was right; a name may still be missing
    used_at        timestamptz,
    CHECK (expires_at <= asked_at + interval '10 minutes'),
    CHECK ((purpose = 'contact') = (account_id IS NOT NULL))
);
CREATE INDEX sign_in_codes_old ON sign_in_codes (expires_at);

-- How far we know who she is: what she said; a number she answers; an identity provider, or an officer who saw her card.
ALTER TABLE accounts ADD COLUMN level text NOT NULL DEFAULT 'said' CHECK (level IN ('said', 'code', 'provider', 'counter'));

-- A session has a name she can recognise and end it by.
ALTER TABLE sessions ADD COLUMN id uuid NOT NULL DEFAULT gen_random_uuid() UNIQUE;
ALTER TABLE sessions ADD COLUMN device text NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN means text NOT NULL DEFAULT 'demo' CHECK (means IN ('demo', 'code', 'passkey', 'provider'));
ALTER TABLE contacts ADD COLUMN changed_at timestamptz NOT NULL DEFAULT app_now();
-- One verified number or address, one person: it is what she signs in with.
CREATE UNIQUE INDEX one_person_a_contact ON contacts (kind, value_blind) WHERE verified_at IS NOT NULL;

-- The browser that asked for a code sees its own attempts, and no other does.
CREATE FUNCTION browser() RETURNS bytea LANGUAGE sql STABLE AS
$$ SELECT decode(nullif(current_setting('app.browser', true), ''), 'hex') $$;
ALTER TABLE sign_in_codes ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_attempts ON sign_in_codes TO suishouban_web USING (browser = browser()) WITH CHECK (browser = browser());
CREATE POLICY worker_all ON sign_in_codes TO suishouban_worker USING (true);
GRANT SELECT, INSERT ON sign_in_codes TO suishouban_web;
GRANT UPDATE (tries, right_at, used_at) ON sign_in_codes TO suishouban_web;
GRANT SELECT, DELETE ON sign_in_codes TO suishouban_worker;
GRANT UPDATE (code_sealed) ON sign_in_codes TO suishouban_worker;
GRANT DELETE ON limits TO suishouban_worker;
GRANT SELECT ON limits TO suishouban_worker;

-- Somebody who proved a number opens an account of her own: a person, never one of the demo cast, never an officer.
CREATE POLICY opens_own_account ON accounts FOR INSERT TO suishouban_web WITH CHECK (id = viewer() AND kind = 'person' AND handle IS NULL);
CREATE POLICY adds_own_contact ON contacts FOR INSERT TO suishouban_web WITH CHECK (account_id = viewer());
GRANT INSERT ON accounts, contacts TO suishouban_web;
GRANT UPDATE (value_sealed, value_blind, verified_at, changed_at) ON contacts TO suishouban_web;
