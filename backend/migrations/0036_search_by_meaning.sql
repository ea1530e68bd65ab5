-- What the questions of the lexicon mean, in 512 numbers of one byte: a question somebody asks is near one that was asked
-- before (backend/catalogue/search_meaning.py). Filled by `pack load`.
CREATE TABLE search_sentences (
    sentence text PRIMARY KEY CHECK (char_length(sentence) BETWEEN 2 AND 200),
    meaning  bytea NOT NULL CHECK (octet_length(meaning) = 512)
);
ALTER TABLE search_sentences ENABLE ROW LEVEL SECURITY;
CREATE POLICY everybody ON search_sentences FOR SELECT USING (true);
GRANT SELECT ON search_sentences TO suishouban_web, suishouban_worker;
