-- A language is a tag as browsers say it (ru, zh-Hant): which ones there are is said by the catalogues, not here. Whether
-- she chose it herself: until then she is written to in what her browser reads.
ALTER TABLE accounts ADD COLUMN language_chosen boolean NOT NULL DEFAULT false;
GRANT SELECT (language_chosen), UPDATE (language_chosen) ON accounts TO suishouban_web;
ALTER TABLE accounts DROP CONSTRAINT accounts_language_check, ADD CONSTRAINT accounts_language_check CHECK (language ~ '^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$');
ALTER TABLE consents DROP CONSTRAINT consents_language_check, ADD CONSTRAINT consents_language_check CHECK (language ~ '^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$');
ALTER TABLE notice_wordings DROP CONSTRAINT notice_wordings_language_check,
    ADD CONSTRAINT notice_wordings_language_check CHECK (language ~ '^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$');
CREATE FUNCTION chose_language(account uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT coalesce((SELECT a.language_chosen FROM accounts a WHERE a.id = account), false) WHERE viewer() IS NULL OR account = viewer()
$$;

-- What an editor wrote beside the city's Chinese texts; the newest row of a text stands, an empty one gives way to the pack's.
CREATE TABLE city_texts (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    language   text NOT NULL CHECK (language ~ '^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$' AND language <> 'zh-Hans'),
    chinese    text NOT NULL CHECK (length(chinese) BETWEEN 1 AND 2000),
    said       text NOT NULL CHECK (length(said) <= 6000),
    written_by uuid NOT NULL REFERENCES accounts,
    written_at timestamptz NOT NULL
);
CREATE INDEX city_texts_newest ON city_texts (language, md5(chinese), id DESC);
CREATE TRIGGER city_texts_no_change BEFORE UPDATE OR DELETE ON city_texts FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER city_texts_no_truncate BEFORE TRUNCATE ON city_texts EXECUTE FUNCTION refuse_change();
ALTER TABLE city_texts ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_by_all ON city_texts FOR SELECT TO suishouban_web USING (true);
CREATE POLICY worded_by_editors ON city_texts FOR INSERT TO suishouban_web WITH CHECK (written_by = viewer() AND has_role('editor'));
CREATE POLICY worker_all ON city_texts TO suishouban_worker USING (true);
GRANT SELECT, INSERT ON city_texts TO suishouban_web;
GRANT SELECT ON city_texts TO suishouban_worker;
