"""An editor changes what a notice says, by channel and language, with everything that is wrong with it said at once; the next
notice of every worker has the new words, and the product's own come back with one tap."""

import re

import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st

from backend.core.i18n import LANGUAGES
from backend.core.render import saying
from backend.notifications.messages import OTHERS, TEXTS, message
from backend.notifications.model import Channel, Words
from backend.notifications.push import pushed
from backend.notifications.ways import mail_tasks, push_tasks
from backend.notifications.wordings import CHANNELS, PLACEHOLDERS, kept, known, segments, shown, usual, wrong_with
from tests.notifications.knocks import as_owner, give_email, give_phone, give_push, sent_out, told
from tests.notifications.test_own_case_by_text import agrees
from tests.notifications.test_told_of_what_was_done_for_her import DEVICE, PHONE, post
from tests.web import StoppedClock, running

__all__ = ["post"]
COUNTS = {"late": 1, "soon": 2, "fresh": 3, "open": 4}
EVERY = [(kind, channel) for kind in (*TEXTS, *OTHERS) for channel in CHANNELS]


@pytest.mark.parametrize("channel", CHANNELS)
def test_the_products_own_words_would_pass(channel):
    wrong = {
        kind: [(problem.field, problem.say, problem.params) for problem in found]
        for kind in (*TEXTS, *OTHERS)
        if (found := wrong_with(kind, channel, "zh-Hans", usual(kind, channel, "zh-Hans")))
    }
    assert wrong == {}


def said(problems):
    with saying("zh-Hans") as speak:
        return {problem.field: speak(problem) for problem in problems}


@pytest.mark.parametrize(
    ("channel", "field", "text", "why"),
    [
        ("push", "title", "{事项}同意了", "谁都看得见"),
        ("push", "body", "打 0898-12345678 问一问。", "不能写网址、编号和电话"),
        ("push", "title", "同" * 21, "20 个字以内"),
        ("push", "body", "点一下查看", "句号收尾"),
        ("sms", "todo", "打开 https://thief.example 看。", "不能写网址"),
        ("sms", "title", "{事项}{编号}同意了", "没有“{编号}”可填"),
        ("sms", "title", "同意了", "标题里要有“{事项}”"),
        ("inbox", "title", "同意了", "标题里要有“{事项}”"),
        ("inbox", "happened", "您申报的{事项}予以同意。", "不像平常说话"),
        ("inbox", "happened", "{金额}元会打给您。", "没有“{金额}”可填"),
        ("inbox", "todo", "请看{。", "花括号没有配对"),
        ("inbox", "todo", "请看\n结果。", "请写成一行"),
        ("inbox", "todo", "", "请写这一行"),
    ],
)
def test_what_is_wrong_is_said_in_words(channel, field, text, why):
    words = usual("granted", channel, "zh-Hans") | {field: text}
    assert why in said(wrong_with("granted", channel, "zh-Hans", words))[field]


@given(st.text(max_size=60), st.sampled_from(["inbox", "sms"]))
def test_words_are_read_back_as_they_were_written(text, channel):
    names = set(PLACEHOLDERS)
    if all(name in names for name in re.findall(r"\{([^{}\n]*)\}", text)) and "%(" not in text:
        assert shown(channel, kept(channel, text)) == text


@given(st.sampled_from(EVERY), st.text(alphabet=st.characters(categories=["L", "P", "N"]), max_size=30))
def test_whatever_passes_can_be_said(place, text):
    kind, channel = place
    if channel == "push":
        return
    words = {field: "".join(f"{{{name}}}" for name in known(kind, channel)) + text for field in CHANNELS[channel]}
    if wrong_with(kind, channel, "en", words):
        return
    own = {field: kept(channel, one) for field, one in words.items()}
    with saying("zh-Hans") as speak:
        assert text in speak(message(Words(kind=kind, item="事", counts=COUNTS), own).title)


@pytest.mark.parametrize(
    ("text", "messages"),
    [("好" * 70, 1), ("好" * 71, 2), ("好" * 134, 2), ("好" * 135, 3), ("a" * 160, 1), ("a" * 161, 2), ("€" * 80, 1), ("€" * 81, 2), ("a" * 159 + "好", 3), ("😀" * 35, 1), ("😀" * 36, 2)],
)  # fmt: skip
def test_a_text_message_is_counted_as_operators_count(text, messages):
    assert segments(text).messages == messages


# At the desk ----------------------------------------------------------------------------------------------------------


@pytest_asyncio.fixture
async def desk(post):
    """(town, (work, gateway), an editor, the site)."""
    town, work, gateway = post
    await as_owner(town, "INSERT INTO officer_roles (account_id, department_id, role, valid_from) VALUES ($1, '民政局', 'editor', '2026-01-01')", town.ids["window"])  # fmt: skip
    async with running(town.settings, StoppedClock(town.now)) as site:
        yield town, (work, gateway), await site.person("window"), site


PLACE = "/desk/notice-words/granted"
NEW = {"title": "{事项}：批下来了", "happened": "好消息，{事项}批下来了，百分之 100% 办好。", "todo": "请点开看结果。"}


async def granted(town):
    case = await town.moved(await town.filed("father"), "officer", "accepted")
    await told(town)
    await town.moved(case, "officer", "granted")
    await told(town)


async def test_new_words_are_in_the_next_inbox_letter_push_and_text_message(desk):
    town, (work, gateway), editor, site = desk
    await give_email(town, "father", "father@example.org")
    await give_push(town, "father", DEVICE)
    await give_phone(town, "father", PHONE)
    await agrees(town)
    answers = [
        await editor.post(f"{PLACE}/inbox/zh-Hans", data=NEW | {"do": "save"}),
        await editor.post(
            f"{PLACE}/push/zh-Hans", data={"title": "您的事批下来了", "body": "点一下看结果。", "do": "save"}
        ),
        await editor.post(
            f"{PLACE}/sms/zh-Hans", data={"title": "{事项}批下来了", "todo": "登录看怎么领。", "do": "save"}
        ),
    ]
    assert [answer.status_code for answer in answers] == [303, 303, 303]
    await granted(town)
    father = await site.person("father")
    assert "百分之 100% 办好" in (await father.get("/inbox")).text
    assert "护理补贴批下来了" in str((await father.get("/api/v1/notices")).json())
    rows = {
        row["channel"]: row["id"]
        for row in await as_owner(town, "SELECT channel, id FROM notices WHERE words->>'kind' = 'granted'")
    }
    (push,) = await push_tasks(town.worker, [rows["push"]])
    assert "您的事批下来了".encode() in pushed(push, "https://haikou.example").payload
    (mail,) = await mail_tasks(town.worker, [rows["email"]])
    assert mail.worded["title"] == "%(item)s：批下来了"
    await as_owner(town, "UPDATE notices SET next_at = now()")
    await sent_out(work, Channel.SMS)
    (text,) = gateway.texts
    assert re.search("护理补贴批下来了。结果最晚.*送到您手里。登录看怎么领。想问清楚，打 12345", text["text"])
    assert "批下来了" in (await editor.get(f"{PLACE}/inbox/zh-Hans")).text
    await editor.post(f"{PLACE}/inbox/zh-Hans", data={"do": "usual"})
    assert "护理补贴：同意了" in (await father.get("/inbox")).text
    assert "改过几次" in (await editor.get(f"{PLACE}/inbox/zh-Hans")).text
    written = await as_owner(town, "SELECT written_by, written_at FROM notice_wordings ORDER BY id")
    assert {row["written_by"] for row in written} == {town.ids["window"]}
    assert len(written) == 4


async def test_other_languages_keep_their_own(desk):
    town, _, editor, site = desk
    await editor.post(
        f"{PLACE}/inbox/en",
        data={"title": "{事项}: approved", "happened": "Good news.", "todo": "Open it.", "do": "save"},
    )
    await granted(town)
    father = await site.person("father")
    assert "护理补贴：同意了" in (await father.get("/inbox")).text
    assert "Care allowance: approved" in (await father.get("/inbox", headers={"Accept-Language": "en"})).text


async def test_looking_keeps_nothing_and_what_is_wrong_is_not_kept_either(desk):
    town, _, editor, _ = desk
    look = await editor.post(f"{PLACE}/sms/zh-Hans", data={"title": "{事项}批下来了", "todo": "登录看。", "do": "look"})
    assert (look.status_code, "护理补贴批下来了。登录看。" in look.text, "条计费" in look.text) == (200, True, True)
    bad = await editor.post(f"{PLACE}/sms/zh-Hans", data={"title": "{身份证}", "todo": "", "do": "save"})
    assert (bad.status_code, "没有“{身份证}”可填" in bad.text, "请写这一行" in bad.text) == (422, True, True)
    assert await as_owner(town, "SELECT 1 FROM notice_wordings") == []


async def test_only_editors_and_only_what_there_is(desk):
    _, _, editor, site = desk
    for path in ("granted/pigeon/zh-Hans", "nothing/inbox/zh-Hans", "granted/inbox/fr"):
        assert (await editor.get(f"/desk/notice-words/{path}")).status_code == 404
        assert (await editor.post(f"/desk/notice-words/{path}", data={"do": "usual"})).status_code == 404
    officer = await site.person("officer")
    assert (await officer.get("/desk/notice-words")).status_code == 404
    assert (await officer.post(f"{PLACE}/push/zh-Hans", data={"do": "usual"})).status_code == 404


async def test_every_page_of_words_opens_in_every_language(desk):
    _, _, editor, _ = desk
    for language in LANGUAGES:
        assert (await editor.get(f"/desk/notice-words?language={language}")).status_code == 200
    for kind in ("filed_together", "desk_digest", "correction_asked", "offered"):
        for channel in CHANNELS:
            assert (await editor.get(f"/desk/notice-words/{kind}/{channel}/en")).status_code == 200, (kind, channel)
