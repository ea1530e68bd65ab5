-- Notices leave straight from their table, in batches, every office in turn; how long they took is counted by the day.

-- Whose event it was: no office's many notices keep another's waiting. due_after: how long it is held back on purpose.
ALTER TABLE notices ADD COLUMN lane text NOT NULL DEFAULT '', ADD COLUMN due_after interval NOT NULL DEFAULT '0';
UPDATE notices n SET lane = e.department_id FROM events e WHERE e.id = n.event_id AND e.department_id IS NOT NULL AND n.state IN ('queued', 'retry', 'sending');
UPDATE notices SET next_at = now() WHERE state IN ('queued', 'retry') AND next_at IS NULL;
ALTER TABLE notices ALTER COLUMN next_at SET DEFAULT now();
ALTER TABLE notices ADD CHECK (state NOT IN ('queued', 'retry') OR next_at IS NOT NULL);

DROP INDEX notices_unsent;
CREATE INDEX notices_waiting ON notices (channel, lane, next_at) WHERE state IN ('queued', 'retry');
CREATE INDEX notices_leased ON notices (lease_until) WHERE state = 'sending';

-- The worker that sends hears at once that something waits, and on which channel.
CREATE FUNCTION tell_senders() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE waits text;
BEGIN
    FOR waits IN SELECT DISTINCT channel FROM new_notices WHERE state = 'queued' LOOP
        PERFORM pg_notify('notices', waits);
    END LOOP;
    RETURN NULL;
END $$;
CREATE TRIGGER notices_wait AFTER INSERT ON notices REFERENCING NEW TABLE AS new_notices FOR EACH STATEMENT EXECUTE FUNCTION tell_senders();

-- How many left by the day, and how many of them soon after they were due: shown to everybody on /status.
CREATE TABLE sending_days (
    day        date NOT NULL,
    channel    text NOT NULL CHECK (channel IN ('push', 'email', 'sms', 'letter')),
    sent       bigint NOT NULL,
    within_2s  bigint NOT NULL,
    within_10s bigint NOT NULL CHECK (within_2s <= within_10s AND within_10s <= sent),
    PRIMARY KEY (day, channel)
);
ALTER TABLE sending_days ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen_by_all ON sending_days FOR SELECT TO suishouban_web USING (true);
CREATE POLICY worker_all ON sending_days TO suishouban_worker USING (true);
GRANT SELECT ON sending_days TO suishouban_web;
GRANT SELECT, INSERT, UPDATE ON sending_days TO suishouban_worker;
