-- Signing in with a passkey, or by the province's identity provider; officers' first sign-in; contacts that were changed.

-- The public half of a passkey; the private half never leaves her device.
CREATE TABLE passkeys (
    id         uuid PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES accounts,
    credential bytea NOT NULL UNIQUE CHECK (length(credential) BETWEEN 16 AND 1023),
    public_key bytea NOT NULL,                  -- COSE
    sign_count bigint NOT NULL CHECK (sign_count >= 0),
    name       text NOT NULL CHECK (length(name) BETWEEN 1 AND 50),
    created_at timestamptz NOT NULL,
    used_at    timestamptz
);
CREATE INDEX passkeys_of ON passkeys (account_id);

-- A counter that does not rise is a copied key; devices that do not count stay at nought.
CREATE FUNCTION counter_rises() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF NEW.sign_count <= OLD.sign_count AND (NEW.sign_count > 0 OR OLD.sign_count > 0) THEN
        RAISE EXCEPTION 'the counter of passkey % did not rise', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER passkeys_counter BEFORE UPDATE OF sign_count ON passkeys FOR EACH ROW EXECUTE FUNCTION counter_rises();

-- Whose passkey this is: asked when nobody is signed in, by who says she holds it and then has to prove it.
CREATE FUNCTION passkey_at(held bytea) RETURNS TABLE (id uuid, account_id uuid, kind text, public_key bytea, sign_count bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS
$$ SELECT p.id, p.account_id, a.kind, p.public_key, p.sign_count FROM passkeys p JOIN accounts a ON a.id = p.account_id WHERE p.credential = held $$;

-- What a device is asked to sign: once, by the browser that asked, within minutes. Only its hash is here.
CREATE TABLE passkey_challenges (
    hash       bytea PRIMARY KEY,               -- SHA-256
    browser    bytea NOT NULL,                  -- SHA-256 of the attempt's cookie
    purpose    text NOT NULL CHECK (purpose IN ('add', 'sign_in', 'enrol')),
    account_id uuid REFERENCES accounts,        -- for whom a passkey is to be added
    asked_at   timestamptz NOT NULL,
    expires_at timestamptz NOT NULL CHECK (expires_at <= asked_at + interval '10 minutes'),
    used_at    timestamptz,
    CHECK ((purpose = 'sign_in') = (account_id IS NULL))
);
CREATE INDEX passkey_challenges_old ON passkey_challenges (expires_at);

-- How an officer gets her first passkey: a link that opens once.
CREATE TABLE officer_enrolments (
    token_hash bytea PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES accounts,
    made_at    timestamptz NOT NULL DEFAULT app_now(),
    expires_at timestamptz NOT NULL CHECK (expires_at <= made_at + interval '30 days'),
    used_at    timestamptz
);
CREATE FUNCTION enrolment_at(token bytea) RETURNS TABLE (account_id uuid, name_sealed bytea, key_wrapped bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS
$$ SELECT a.id, a.name_sealed, a.key_wrapped FROM officer_enrolments e JOIN accounts a ON a.id = e.account_id
   WHERE e.token_hash = token AND e.used_at IS NULL AND e.expires_at > app_now() AND a.kind = 'officer' $$;

-- Who she is at the identity provider: issuer and subject together, the subject as a keyed hash.
CREATE TABLE identities (
    issuer        text NOT NULL,
    subject_blind bytea NOT NULL,
    account_id    uuid NOT NULL REFERENCES accounts,
    linked_at     timestamptz NOT NULL,
    PRIMARY KEY (issuer, subject_blind),
    UNIQUE (issuer, account_id)
);
CREATE FUNCTION identity_at(by_issuer text, subject bytea) RETURNS TABLE (account_id uuid, kind text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS
$$ SELECT i.account_id, a.kind FROM identities i JOIN accounts a ON a.id = i.account_id WHERE i.issuer = by_issuer AND i.subject_blind = subject $$;

-- Whom the provider vouches for is known that far; whom an officer saw with her card stays known further.
CREATE FUNCTION provider_vouches() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$ BEGIN
    UPDATE accounts SET level = 'provider' WHERE id = NEW.account_id AND level IN ('said', 'code');
    RETURN NEW;
END $$;
CREATE TRIGGER identities_level AFTER INSERT ON identities FOR EACH ROW EXECUTE FUNCTION provider_vouches();

-- Somebody is on her way to the provider and back: state (hashed), and sealed what her browser must not change.
CREATE TABLE provider_attempts (
    state_hash bytea PRIMARY KEY,
    browser    bytea NOT NULL,
    sealed     bytea NOT NULL,                  -- nonce, code verifier, where she wanted to go
    asked_at   timestamptz NOT NULL,
    expires_at timestamptz NOT NULL CHECK (expires_at <= asked_at + interval '15 minutes'),
    used_at    timestamptz
);
CREATE INDEX provider_attempts_old ON provider_attempts (expires_at);

-- A number that was changed in the last seven days may be a thief's: no consent by text message from it yet.
-- A number that came with the account was never changed.
CREATE FUNCTION cooling(account uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS
$$ SELECT EXISTS (SELECT 1 FROM contacts c JOIN accounts a ON a.id = c.account_id
   WHERE c.account_id = account AND c.kind = 'phone' AND c.changed_at > a.created_at AND c.changed_at > app_now() - interval '7 days') $$;

ALTER TABLE passkeys ENABLE ROW LEVEL SECURITY;
ALTER TABLE passkey_challenges ENABLE ROW LEVEL SECURITY;
ALTER TABLE officer_enrolments ENABLE ROW LEVEL SECURITY;
ALTER TABLE identities ENABLE ROW LEVEL SECURITY;
ALTER TABLE provider_attempts ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_passkeys ON passkeys TO suishouban_web USING (account_id = viewer()) WITH CHECK (account_id = viewer());
CREATE POLICY own_challenges ON passkey_challenges TO suishouban_web USING (browser = browser()) WITH CHECK (browser = browser());
CREATE POLICY own_enrolment ON officer_enrolments TO suishouban_web USING (account_id = viewer());
CREATE POLICY own_identities ON identities TO suishouban_web USING (account_id = viewer()) WITH CHECK (account_id = viewer());
CREATE POLICY own_attempts ON provider_attempts TO suishouban_web USING (browser = browser()) WITH CHECK (browser = browser());
CREATE POLICY worker_old ON passkey_challenges TO suishouban_worker USING (true);
CREATE POLICY worker_old ON provider_attempts TO suishouban_worker USING (true);

GRANT SELECT, INSERT, DELETE ON passkeys TO suishouban_web;
GRANT UPDATE (name, sign_count, used_at) ON passkeys TO suishouban_web;
GRANT SELECT, INSERT ON passkey_challenges, identities, provider_attempts TO suishouban_web;
GRANT UPDATE (used_at) ON passkey_challenges, provider_attempts, officer_enrolments TO suishouban_web;
GRANT SELECT ON officer_enrolments TO suishouban_web;
GRANT SELECT, DELETE ON passkey_challenges, provider_attempts TO suishouban_worker;
