"""A principal gives a mandate on her own phone, reads the very words first, and takes it back at once."""

import re

BUYER = {"agent_name": "周新居", "agent_phone": "139 0000 0003", "days": "31", "extent": "all"}


async def test_the_words_are_shown_before_anything_is_given(site):
    spouse = await site.person("spouse")
    answer = await spouse.post("/mandates", data=BUYER)
    assert "本人何安家授权周新居" in answer.text
    assert "我同意" in answer.text
    assert "还没有人可以替您办事" in (await spouse.get("/mandates")).text


async def test_both_sides_see_it_once_it_is_given(site):
    spouse, buyer = await site.person("spouse"), await site.person("buyer")
    answer = await spouse.post("/mandates", data=BUYER | {"agreed": "yes"})
    assert answer.status_code == 303
    assert "周新居" in (await spouse.get("/mandates")).text
    assert "何安家" in (await buyer.get("/acting")).text


async def test_a_wrong_name_and_an_unknown_number_get_the_same_answer_and_keep_what_was_typed(site):
    spouse = await site.person("spouse")
    wrong_name = await spouse.post("/mandates", data=BUYER | {"agreed": "yes", "agent_name": "周别人"})
    unknown = await spouse.post("/mandates", data=BUYER | {"agreed": "yes", "agent_phone": "13911111111"})
    for answer in (wrong_name, unknown):
        assert answer.status_code == 422
        assert "没有找到这位家人" in answer.text
    assert 'value="周别人"' in wrong_name.text


async def test_all_problems_are_said_at_once(site):
    spouse = await site.person("spouse")
    answer = await spouse.post("/mandates", data={"agreed": "yes", "days": "9999", "extent": "some"})
    for sentence in (
        "没有找到这位家人",
        "请写上家人的姓名",
        "授权的天数要在 1 到 365 天之间",
        "请至少选一件可以代办的事",
    ):
        assert sentence in answer.text


async def test_nobody_passes_a_mandate_on(site):
    daughter = await acting_for_father(site)
    answer = await daughter.post("/mandates", data=BUYER | {"agreed": "yes"})
    assert answer.status_code == 403
    assert "不能再授权给第三个人" in answer.text


async def test_taking_it_back_ends_it_on_the_agents_next_tap(site):
    daughter, father = await acting_for_father(site), await site.person("father")
    assert "您正在为林长福办理" in (await daughter.get("/me")).text
    mandate = re.search(r"/mandates/([0-9a-f-]{36})", (await father.get("/mandates")).text)[1]
    assert (await father.post(f"/mandates/{mandate}/revocation")).status_code == 303
    after = (await daughter.get("/me")).text
    assert "您正在为" not in after
    assert "林长福" not in after


async def test_a_strangers_mandate_is_not_found(site):
    father, stranger = await site.person("father"), await site.person("shopkeeper")
    mandate = re.search(r"/mandates/([0-9a-f-]{36})", (await father.get("/mandates")).text)[1]
    assert (await stranger.get(f"/mandates/{mandate}")).status_code == 404
    assert (await stranger.post(f"/mandates/{mandate}/revocation")).status_code == 404
    assert (await stranger.post("/acting", data={"mandate": mandate, "principal": mandate})).status_code == 404


async def test_the_journal_tells_both_what_was_done(site):
    father = await site.person("father")
    mandate = re.search(r"/mandates/([0-9a-f-]{36})", (await father.get("/mandates")).text)[1]
    await father.post(f"/mandates/{mandate}/revocation")
    shown = (await father.get(f"/mandates/{mandate}")).text
    assert "林长福收回了授权，马上生效。" in shown
    assert "已经结束" in shown


async def acting_for_father(site):
    daughter = await site.person("daughter")
    choice = (await daughter.get("/acting")).text
    mandate = re.search(r'name="mandate" value="([0-9a-f-]{36})"', choice)[1]
    principal = re.search(r'name="principal" value="([0-9a-f-]{36})"', choice)[1]
    assert (await daughter.post("/acting", data={"mandate": mandate, "principal": principal})).status_code == 303
    return daughter
