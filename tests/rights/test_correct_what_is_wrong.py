"""What she said herself she corrects herself; for everything else the page says whom to ask."""

from uuid import uuid4

from backend.core.db import connect
from tests.rights.steps import id_of


async def test_her_own_word_is_changed_for_the_next_time(site, father):
    me = await id_of(site, "father")
    path = f"/me/data/facts/{me}/person.phone"
    assert path in (await father.get("/me/data")).text
    assert 'value="13900000001"' in (await father.get(path)).text
    wrong = await father.post(path, data={"value": "12"})
    assert wrong.status_code == 422
    assert 'value="12"' in wrong.text, "nothing typed is lost"
    assert (await father.post(path, data={"value": ""})).status_code == 422
    assert (await father.post(path, data={"value": "13912345678"})).status_code == 303
    page = (await father.get("/me/data")).text
    assert "13912345678" in page
    assert "13900000001" not in page


async def test_the_numbers_registers_are_asked_by_and_her_name_are_not_hers_to_change(site, father):
    """Else anybody could read in the registers about anybody."""
    me = await id_of(site, "father")
    for element in ("person.id_number", "person.name"):
        path = f"/me/data/facts/{me}/{element}"
        assert path not in (await father.get("/me/data")).text
        assert (await father.get(path)).status_code == 404
        assert (await father.post(path, data={"value": "460199194403051015"})).status_code == 404


async def test_what_a_register_says_names_the_office_and_its_number(site, father):
    page = (await father.get("/me/data")).text
    assert "不对请找：海口市公安局 0898" in page


async def test_she_reads_whom_was_asked_about_her_and_what_for(site, father):
    owner = await connect(site.app.state.settings.login("owner"))
    await owner.execute(
        """INSERT INTO register_requests (id, register, subject, principal_id, items, basis, asked_at, state, done_at)
           VALUES ($1, 'population', '', $2, '{460100-MZ-001}', 'consent:prefill:1', $3, 'outage', $3)""",
        uuid4(),
        await id_of(site, "father"),
        site.clock.now,
    )
    await owner.close()
    page = (await father.get("/me/data")).text
    for words in ("向部门核对过什么", "人口库 · 对方没有回答", "高龄老人长寿补贴"):
        assert words in page


async def test_nobody_corrects_somebody_elses(site, father):
    me = await id_of(site, "father")
    other = await site.person("spouse")
    assert (await other.get(f"/me/data/facts/{me}/person.phone")).status_code == 404
    assert (await other.post(f"/me/data/facts/{me}/person.phone", data={"value": "13912345678"})).status_code == 404
