"""What officers write to each other stands on no page, in no answer and in no event stream of a citizen's."""

from tests.access.conftest import Walked
from tests.access.desk_work import NOTE
from tests.access.table import AUDITOR, CIVIL
from tests.access.test_markers import said_in


def test_a_note_between_officers_is_read_by_nobody_else(walked: Walked) -> None:
    readers = {actor for (_route, actor), answer in walked.answers.items() if NOTE in said_in(answer)}
    assert readers == {CIVIL, AUDITOR}
