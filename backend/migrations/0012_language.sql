-- Each person's language: hers to choose, and what every message to her is worded in.
ALTER TABLE accounts ADD CHECK (language IN ('zh-Hans', 'zh-Hant', 'en'));
CREATE POLICY sets_own_language ON accounts FOR UPDATE TO suishouban_web USING (id = viewer()) WITH CHECK (id = viewer());
GRANT UPDATE (language) ON accounts TO suishouban_web;
