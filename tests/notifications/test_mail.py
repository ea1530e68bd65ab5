"""An e-mail from the event to a real mail server: taken, refused, and everything between."""

import asyncio
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default

import msgspec
import pytest
import pytest_asyncio

from backend.core.jobs import Work
from backend.notifications import mail
from backend.notifications.mail import door
from backend.notifications.model import Channel
from backend.notifications.ways import mail_tasks
from tests.fakes.mail_server import mail_server
from tests.notifications.knocks import MARKERS, as_owner, give_email, sent_out, told

FATHER = "father@example.org"


@pytest_asyncio.fixture
async def server():
    async with mail_server() as server:
        yield server


@pytest_asyncio.fixture
async def post(town, server):
    """The town with that server, its worker, and one letter to the father waiting: (town, work, notice)."""
    town.settings = msgspec.structs.replace(town.settings, smtp_url=server.url)
    await give_email(town, "father", FATHER)
    case = await town.filed("daughter")
    await town.moved(case, "officer", "correction_asked", problems=[{"say": "陈大海的照片看不清"}])
    await told(town)
    await as_owner(town, "UPDATE notices SET created_at = now(), next_at = now()")
    (row,) = await as_owner(town, "SELECT id FROM notices WHERE channel = 'email' AND state = 'queued'")
    work = Work(town.worker, town.vault, town.settings, lambda: datetime.now(UTC))
    yield town, work, row["id"]
    await work.close()


async def state_of(town, notice):
    (row,) = await as_owner(town, "SELECT * FROM notices WHERE id = $1", notice)
    return row


async def test_the_letter_says_what_to_do_until_when_and_nothing_private(post, server, caplog):
    town, work, notice = post
    await sent_out(work, Channel.EMAIL)
    (letter,) = server.letters
    assert server.recipients == [[FATHER]]
    assert letter["Subject"] == "护理补贴：需要您补一下"
    assert letter["Message-ID"] == f"<{notice}@localhost>"
    assert letter["Auto-Submitted"] == "auto-generated"
    text, html = (letter.get_body((kind,)).get_content() for kind in ("plain", "html"))
    for body in (text, html):
        assert "请点开，照着补上。" in body
        assert "前补上。" in body
        assert f"{town.settings.public_url}/cases/" in body
        assert not [marker for marker in MARKERS if marker in body]
    assert (await state_of(town, notice))["state"] == "sent"
    assert FATHER not in caplog.text + str(await as_owner(town, "SELECT payload FROM pgqueuer"))


async def test_a_letter_that_was_sent_is_not_sent_again(post, server):
    _, work, _notice = post
    await sent_out(work, Channel.EMAIL)
    await sent_out(work, Channel.EMAIL)
    assert len(server.letters) == 1


async def test_taken_and_hung_up_before_the_answer_is_unknown_and_not_sent_again(post, server):
    town, work, notice = post
    server.mood = "drops"
    await sent_out(work, Channel.EMAIL)
    row = await state_of(town, notice)
    assert row["state"] == "unknown"
    assert row["problem"].startswith("no answer after the message")
    server.mood = "kind"
    await sent_out(work, Channel.EMAIL)
    assert len(server.letters) == 1


@pytest.mark.parametrize(
    ("mood", "state"),
    [
        ("RCPT 450 busy", "retry"),
        ("RCPT 550 father@example.org unknown", "failed"),
        ("DATA 451 later", "retry"),
        ("DATA 554 father@example.org is spam", "failed"),
    ],
)
async def test_a_server_that_says_no_has_certainly_not_taken_it(post, server, mood, state):
    town, work, notice = post
    server.mood = mood
    await sent_out(work, Channel.EMAIL)
    row = await state_of(town, notice)
    assert (row["state"], row["problem"]) == (state, f"mail server said {mood[5:8]}")
    assert server.letters == []


async def test_a_letter_that_was_refused_for_now_goes_out_later_as_the_same_letter(post, server):
    town, work, notice = post
    server.mood = "DATA 451 later"
    await sent_out(work, Channel.EMAIL)
    server.mood = "kind"
    await sent_out(work, Channel.EMAIL)
    assert server.letters == []
    await as_owner(town, "UPDATE notices SET next_at = now() WHERE id = $1", notice)
    await sent_out(work, Channel.EMAIL)
    assert [letter["Message-ID"] for letter in server.letters] == [f"<{notice}@localhost>"]
    assert (await state_of(town, notice))["attempts"] == 2


async def test_a_server_that_is_away_is_tried_again(post, server):
    town, _, notice = post
    town.settings = msgspec.structs.replace(town.settings, smtp_url="smtp://127.0.0.1:9")
    work = Work(town.worker, town.vault, town.settings, lambda: datetime.now(UTC))
    await sent_out(work, Channel.EMAIL)
    assert (await state_of(town, notice))["state"] == "retry"
    assert (await state_of(town, notice))["handed_at"] is None
    await work.close()


async def test_a_worker_that_died_before_handing_over_is_followed_by_another(post, server):
    town, work, notice = post
    await as_owner(
        town,
        "UPDATE notices SET state = 'sending', attempts = 1, lease_until = now() - interval '1 s' WHERE id = $1",
        notice,
    )
    await sent_out(work, Channel.EMAIL)
    assert len(server.letters) == 1


async def test_a_worker_that_died_while_handing_over_leaves_it_unknown(post, server):
    town, work, notice = post
    await as_owner(
        town,
        "UPDATE notices SET state = 'sending', attempts = 1, lease_until = now() - interval '1 s', handed_at = now() WHERE id = $1",
        notice,
    )
    await sent_out(work, Channel.EMAIL)
    assert server.letters == []
    assert (await state_of(town, notice))["state"] == "unknown"


async def test_only_the_attempt_that_holds_it_says_how_it_went(post, server):
    """A worker thought dead comes back after another took over: its word no longer counts."""
    town, work, notice = post
    server.mood = "drops"
    late = asyncio.create_task(sent_out(work, Channel.EMAIL))
    await asyncio.wait_for(server.taken.wait(), 10)
    await as_owner(town, "UPDATE notices SET attempts = attempts + 1 WHERE id = $1", notice)
    await late
    assert (await state_of(town, notice))["state"] == "sending"


async def test_without_an_address_any_more_nothing_is_sent(post, server):
    town, work, notice = post
    await as_owner(town, "DELETE FROM contacts WHERE kind = 'email'")
    await sent_out(work, Channel.EMAIL)
    assert ((await state_of(town, notice))["problem"], server.letters) == ("no usable address", [])


@pytest.mark.parametrize(
    "address",
    [
        "father@example.org\r\nBcc: all@example.org",
        "father@example.org\nSubject: x",
        "father@example.org, all@example.org",
        "father@example.org> RCPT TO:<all@example.org",
        '"x\r\nDATA"@example.org',
        "Father <father@example.org>",
        "father@example.org\0",
        "父亲@example.org",
        "father",
        "",
        "@",
        "a@b@c",
    ],
)
async def test_no_address_makes_a_second_header_or_recipient(post, server, address):
    town, work, notice = post
    await as_owner(town, "DELETE FROM contacts WHERE kind = 'email'")
    await give_email(town, "father", address)
    await sent_out(work, Channel.EMAIL)
    assert ((await state_of(town, notice))["state"], server.letters) == ("failed", [])


async def test_words_with_line_breaks_make_no_header(post, server):
    town, work, notice = post
    await as_owner(
        town,
        "UPDATE notices SET words = jsonb_set(words, '{item}', to_jsonb(E'护理\\r\\nBcc: all@example.org\\n\\n<b>x</b>'::text)) WHERE id = $1",
        notice,
    )
    await sent_out(work, Channel.EMAIL)
    (letter,) = server.letters
    assert letter["Bcc"] is None
    assert server.recipients == [[FATHER]]
    assert "<b>x</b>" not in letter.get_body(("html",)).get_content()


async def test_a_plain_server_that_is_not_this_machine_is_refused(post, server, monkeypatch):
    """No TLS offered, none forced: nothing is handed over."""
    town, _, notice = post
    monkeypatch.setattr(mail, "is_loopback", lambda host: False)
    work = Work(town.worker, town.vault, town.settings, lambda: datetime.now(UTC))
    await sent_out(work, Channel.EMAIL)
    assert (await state_of(town, notice))["state"] == "retry"
    assert server.letters == []
    await work.close()


async def test_a_letter_can_be_read_by_every_server_on_the_way(post, server):
    _, work, notice = post
    mailer = await work.shared(mail.opened)
    (task,) = await mail_tasks(work.pool, [notice])
    raw = mailer.letter(task, FATHER).as_bytes()
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert message_from_bytes(raw, policy=default)["Subject"] == "护理补贴：需要您补一下"


def test_a_door_is_opened_with_tls_except_on_this_machine():
    assert (door("smtp://mail.example.org").port, door("smtp://mail.example.org").starttls) == (587, True)
    assert (door("smtps://mail.example.org").port, door("smtps://mail.example.org").tls) == (465, True)
    assert not door("smtp://127.0.0.1:25").starttls
    named = door("smtp://post:s%40fe@mail.example.org:2525")
    assert (named.username, named.password, named.port) == ("post", "s@fe", 2525)
