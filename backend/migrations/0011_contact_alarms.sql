-- Where she was reached until a number or address changed hears of it, so that nobody changes it in silence.
CREATE TABLE contact_alarms (
    id         uuid PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES accounts,
    kind       text NOT NULL CHECK (kind IN ('phone', 'email')),        -- where it is told
    changed    text NOT NULL CHECK (changed IN ('phone', 'email')),     -- what it is about
    sealed     bytea,                           -- the old number or address under her own key, until it was told
    raised_at  timestamptz NOT NULL
);
ALTER TABLE contact_alarms ENABLE ROW LEVEL SECURITY;
CREATE POLICY raises_own ON contact_alarms FOR INSERT TO suishouban_web WITH CHECK (account_id = viewer());
CREATE POLICY worker_all ON contact_alarms TO suishouban_worker USING (true);
GRANT INSERT ON contact_alarms TO suishouban_web;
GRANT SELECT ON contact_alarms TO suishouban_worker;
GRANT UPDATE (sealed) ON contact_alarms TO suishouban_worker;
