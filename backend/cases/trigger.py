"""The SQL that refuses every change of state the table does not know. Its text is committed as migrations: the first one
whole, later ones only the moves as they became."""

from backend.cases.states import TABLE, Move, pairs

# Moves that came after the first migration, by the migration that brought them.
SECOND_CAME, THIRD_CAME = ("deemed_renewed",), ("pre_reviewed", "delay_explained", "handed_over", "archived")
SECOND = tuple(move for move in TABLE if move.name not in THIRD_CAME)
FIRST = tuple(move for move in SECOND if move.name not in SECOND_CAME)


def trigger_sql() -> str:
    """What `backend/migrations/0006_case_moves.sql` ends with. Raw SQL is bound by it as well."""
    births = ", ".join(f"('{move.after}', '{move.name}')" for move in FIRST if not move.before)
    once = _quoted([move.name for move in FIRST if move.once])
    states = _quoted(sorted({state for pair in pairs(FIRST) for state in pair[:2]}))
    return TEMPLATE.format(births=births, moves=moves_sql("CREATE FUNCTION", FIRST), once=once, states=states)


def moves_sql(how: str = "CREATE OR REPLACE FUNCTION", table: tuple[Move, ...] = TABLE) -> str:
    """The moves of a table: `0019_lists.sql` ends with those of `SECOND`, `0026_case_life.sql` with those there are now."""
    changes = ",\n        ".join(f"('{b}', '{a}', ARRAY[{_quoted(names)}])" for b, a, names in pairs(table))
    return MOVES_OF.format(how=how, changes=changes)


def _quoted(names: list[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)


def once_sql(came: tuple[str, ...] = THIRD_CAME) -> str:
    """At most one event a case of those moves that came later and are made once."""
    once = _quoted([move.name for move in TABLE if move.once and move.name in came])
    return f"CREATE UNIQUE INDEX at_most_once_later ON events (case_id, kind) WHERE kind IN ({once});\n"


MOVES_OF = """\
{how} moves_of(before text, after text) RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
    SELECT moves FROM (VALUES
        {changes}
    ) AS allowed (b, a, moves) WHERE b = before AND a = after
$$;
"""
TEMPLATE = """\
ALTER TABLE cases ADD CONSTRAINT known_state CHECK (state IN ({states}));

-- One event a version, and at most one correction notice, one reported second, one extension.
CREATE UNIQUE INDEX one_event_a_version ON events (case_id, (data->>'version')) WHERE data ? 'version';
CREATE UNIQUE INDEX at_most_once ON events (case_id, kind) WHERE kind IN ({once});

{moves}
CREATE FUNCTION only_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.version <> 1 OR NEW.state NOT IN (SELECT s FROM (VALUES {births}) AS born (s, move)) THEN
            RAISE EXCEPTION 'a case cannot begin as %', NEW.state USING ERRCODE = 'check_violation';
        END IF;
    ELSIF NEW.received_at <> OLD.received_at AND OLD.state <> 'waiting' THEN
        RAISE EXCEPTION 'a case is received once' USING ERRCODE = 'check_violation';
    ELSIF NEW.version = OLD.version THEN
        IF NEW.state <> OLD.state THEN
            RAISE EXCEPTION 'a move counts the version up' USING ERRCODE = 'check_violation';
        END IF;
    ELSIF NEW.version <> OLD.version + 1 OR moves_of(OLD.state, NEW.state) IS NULL THEN
        RAISE EXCEPTION 'no move leads from % to %', OLD.state, NEW.state USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER cases_only_moves BEFORE INSERT OR UPDATE OF state, version, received_at ON cases FOR EACH ROW EXECUTE FUNCTION only_moves();

-- Each move leaves its event, or the transaction does not commit. The owner's eyes: a policy must not hide the event.
CREATE FUNCTION move_left_event() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE expected text[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        expected := ARRAY(SELECT move FROM (VALUES {births}) AS born (s, move) WHERE s = NEW.state);
    ELSE
        expected := moves_of(OLD.state, NEW.state);
    END IF;
    IF NOT EXISTS (SELECT 1 FROM events e WHERE e.case_id = NEW.id AND e.data->>'version' = NEW.version::text AND e.kind = ANY (expected)) THEN
        RAISE EXCEPTION 'case % moved to % without its event', NEW.number, NEW.state USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER cases_born_with_event AFTER INSERT ON cases DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION move_left_event();
CREATE CONSTRAINT TRIGGER cases_moved_with_event AFTER UPDATE ON cases DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.version <> OLD.version) EXECUTE FUNCTION move_left_event();
"""
