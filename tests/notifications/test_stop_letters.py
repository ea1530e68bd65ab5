"""One click in a letter stops letters of its kind, from a mail program that knows nobody's cookies; what must be told goes on."""

from email import policy
from email.parser import BytesParser
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st

from backend.core.assets import Assets
from backend.core.render import Pages
from backend.notifications.mail import Mailer
from backend.notifications.model import MailTask, Matter, Words
from backend.notifications.stopping import stop_path
from backend.settings import load
from tests.cases.town import START
from tests.notifications.knocks import as_owner, give_email, give_push, notices, told
from tests.notifications.test_told_of_what_was_done_for_her import DEVICE
from tests.web import StoppedClock, running

MAILER = Mailer(
    load({"MASTER_KEY": "5a" * 32, "SMTP_URL": "smtp://127.0.0.1:9", "MAIL_FROM": "随手办 <post@haikou.example>", "PUBLIC_URL": "https://haikou.example"}),
    Pages(Assets(), demo=False),
)  # fmt: skip


def task(matter, **words):
    return MailTask(
        id=uuid4(), attempts=1, age=0, person_id=uuid4(), own=True, created_at=START, words=Words(**({"kind": "accepted", "item": "护理补贴"} | words)),
        language="zh-Hans", key_wrapped=b"", value_sealed=None, matter=matter,
    )  # fmt: skip


def test_what_may_be_switched_off_says_so_in_its_headers():
    letter = MAILER.letter(task(Matter.PROGRESS), "father@example.org")
    link = letter["List-Unsubscribe"].strip("<>")
    assert link.startswith("https://haikou.example/notices/stop/")
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    for kind in ("plain", "html"):
        assert link in letter.get_body((kind,)).get_content()


@pytest.mark.parametrize("matter", [Matter.NEEDS, Matter.DONE_FOR_ME, Matter.ACCOUNT])
def test_what_must_be_told_has_no_such_link(matter):
    letter = MAILER.letter(task(matter), "father@example.org")
    assert letter["List-Unsubscribe"] is None
    assert "/notices/stop/" not in letter.as_string()


HOSTILE = [
    "补贴\r\nBcc: thief@example.org",
    "补贴\nSubject: 你好\n\n<script>",
    "\r\n\r\n再见",
    "a\x0bb\x0cc\x1cd\x85e\u2028f",
    "\t \r \n",
]


@given(st.one_of(st.sampled_from(HOSTILE), st.text(max_size=200)))
def test_no_name_of_anything_makes_a_second_header(hostile):
    letter = MAILER.letter(task(Matter.PROGRESS, item=hostile, authority=hostile), "father@example.org")
    read = BytesParser(policy=policy.default).parsebytes(letter.as_bytes())
    assert sorted(read.keys()) == sorted(letter.keys())
    assert read["To"] == "father@example.org"
    assert read["Bcc"] is None
    assert len(read.get_all("Subject")) == 1


@pytest.mark.parametrize(
    "address",
    [
        "a@b.example\r\nBcc: c@d.example",
        "a@b.example, c@d.example",
        "<a@b.example>",
        "a b@c.example",
        "",
        "a@b\x00.example",
    ],
)
def test_no_address_makes_a_second_recipient(address):
    with pytest.raises(ValueError, match="not an address"):
        MAILER.letter(task(Matter.PROGRESS), address)


@pytest_asyncio.fixture
async def letters(town):
    """The father's letter of progress is stored, and one of a decision: their links, with the site."""
    await give_email(town, "father", "father@example.org")
    await give_push(town, "father", DEVICE)
    case = await town.moved(await town.filed("father"), "officer", "accepted")
    await told(town)
    await town.moved(case, "officer", "granted")
    await told(town)
    rows = await as_owner(town, "SELECT id, words->>'kind' AS kind FROM notices WHERE channel = 'email'")
    async with running(town.settings, StoppedClock(town.now)) as site:
        yield town, site, {row["kind"]: stop_path(town.vault, row["id"]) for row in rows}


async def test_the_mail_programs_own_button_stops_them_without_a_cookie_and_twice_is_once(letters):
    town, site, links = letters
    stranger = site.stranger()
    stranger.headers.pop("Origin")
    for _ in range(2):
        answer = await stranger.post(links["accepted"], data={"List-Unsubscribe": "One-Click"})
        assert (answer.status_code, "不再发邮件" in answer.text) == (200, True)
        assert "陈大海" not in answer.text
    case = await town.moved(await town.filed("father"), "officer", "accepted")
    await told(town)
    latest = [channel for kind, channel, _ in await notices(town, "father") if kind == "accepted"]
    assert latest == ["email", "inbox", "push", "inbox", "push"], "only what was written before"
    await town.moved(case, "officer", "granted")
    await told(town)
    assert [c for k, c, _ in await notices(town, "father") if k == "granted"].count("email") == 2, (
        "a decision is served"
    )


async def test_looking_at_the_link_changes_nothing(letters):
    town, site, links = letters
    page = await site.stranger().get(links["accepted"])
    assert (page.status_code, "办件进展" in page.text) == (200, True)
    assert await as_owner(town, "SELECT 1 FROM notice_choices") == []


async def test_a_link_that_we_did_not_make_or_of_what_must_be_told_finds_nothing(letters):
    town, site, links = letters
    made_up = links["accepted"][:-3] + ("abc" if not links["accepted"].endswith("abc") else "xyz")
    for path in (
        links["granted"],
        made_up,
        "/notices/stop/" + "A" * 43,
        "/notices/stop/ü",
        stop_path(town.vault, uuid4()),
    ):
        assert (await site.stranger().get(path)).status_code == 404, path
        assert (await site.stranger().post(path)).status_code == 404, path
    assert urlsplit(links["accepted"]).path == links["accepted"]
    assert await as_owner(town, "SELECT 1 FROM notice_choices") == []
