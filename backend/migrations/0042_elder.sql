-- How pages look to her, on whatever device she opens next: version, size of the words, colours (`elder.26.dark`). NULL: she
-- never chose while signed in. It is read with her session, before row security knows her.
ALTER TABLE accounts ADD COLUMN looks text CHECK (looks ~ '^(standard|elder)\.(18|22|26|30)\.(auto|light|dark|contrast)$');
GRANT UPDATE (looks) ON accounts TO suishouban_web;
CREATE FUNCTION chosen_looks(account uuid) RETURNS text LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT a.looks FROM accounts a WHERE a.id = account AND (viewer() IS NULL OR account = viewer())
$$;
