"""An officer reads a case, moves it, asks for corrections once, and is told when somebody was quicker."""

import msgspec

from tests.desk.conftest import CARD


async def test_what_was_filed_is_shown_in_words_with_secret_numbers_masked(site, case):
    officer = await site.person("officer-civil")
    shown = (await officer.get(f"/desk/cases/{case.number}")).text
    assert "林长福" in shown
    assert "秀英区" in shown
    assert CARD not in shown


async def test_opening_the_whole_number_leaves_an_event_only_the_office_sees(site, case):
    officer, father = await site.person("officer-civil"), await site.person("father")
    shown = (await officer.post(f"/desk/cases/{case.number}/look")).text
    assert CARD in shown
    assert "看了完整的号码和地址" in shown
    assert "看了完整的号码和地址" not in (await father.get(f"/cases/{case.number}")).text


async def test_accepting_and_granting_takes_two_taps(site, case):
    officer = await site.person("officer-civil")
    first = await officer.post(f"/desk/cases/{case.number}/moves", data={"version": "1", "move": "accepted"})
    second = await officer.post(f"/desk/cases/{case.number}/moves", data={"version": "2", "move": "granted"})
    assert (first.status_code, second.status_code) == (303, 303)
    assert "已同意" in (await officer.get(f"/desk/cases/{case.number}")).text


async def test_a_correction_names_each_thing_and_reaches_the_applicant(site, case):
    officer, father = await site.person("officer-civil"), await site.person("father")
    me = msgspec.to_builtins(case.principal_id)
    said = {
        "version": "1", "move": "correction_asked", f"defect.element.{me}.person.household": "户籍和户口簿不一样",
        "defects": "缺户口簿首页\n照片看不清右下角",
    }  # fmt: skip
    assert (await officer.post(f"/desk/cases/{case.number}/moves", data=said)).status_code == 303
    shown = (await father.get(f"/cases/{case.number}")).text
    for sentence in ("户籍和户口簿不一样", "缺户口簿首页", "照片看不清右下角"):
        assert sentence in shown


async def test_a_refusal_without_a_reason_is_refused_and_keeps_the_form_open(site, case):
    officer = await site.person("officer-civil")
    answer = await officer.post(f"/desk/cases/{case.number}/moves", data={"version": "1", "move": "not_accepted"})
    assert answer.status_code == 422
    assert "请写明理由" in answer.text


async def test_somebody_was_quicker_and_what_was_written_is_kept(site, case):
    officer = await site.person("officer-civil")
    await officer.post(
        f"/desk/cases/{case.number}/moves", data={"version": "1", "move": "correction_asked", "defects": "缺首页"}
    )
    late = {"version": "1", "move": "not_accepted", "reason": "我写了很久的理由"}
    answer = await officer.post(f"/desk/cases/{case.number}/moves", data=late)
    assert answer.status_code == 409
    assert "刚才有了新的变化" in answer.text
    assert "我写了很久的理由" in answer.text


async def test_a_page_from_before_an_extension_decides_nothing_though_the_state_is_the_same(site, case):
    head = await site.person("officer-civil")
    moves = f"/desk/cases/{case.number}/moves"
    await head.post(moves, data={"version": "1", "move": "accepted"})
    longer = {"version": "2", "move": "extended", "days": "5", "reason": "要上门核实"}
    assert (await head.post(moves, data=longer)).status_code == 303
    assert (await head.post(moves, data={"version": "2", "move": "granted"})).status_code == 409
    assert "已同意" not in (await head.get(f"/desk/cases/{case.number}")).text


async def test_a_supervisor_reads_and_moves_nothing(site, case):
    supervisor = await site.person("supervisor")
    assert (await supervisor.get(f"/desk/cases/{case.number}")).status_code == 200
    answer = await supervisor.post(f"/desk/cases/{case.number}/moves", data={"version": "1", "move": "accepted"})
    assert answer.status_code == 403


async def test_an_unknown_move_and_hostile_fields_are_refused_with_a_sentence(site, case):
    officer = await site.person("officer-civil")
    hostile = {
        "version": "1",
        "move": "filed; DROP TABLE cases",
        "defect.material": "x",
        "defect.x.y.z": "x",
        "days": "-1e9",
    }
    answer = await officer.post(f"/desk/cases/{case.number}/moves", data=hostile)
    assert answer.status_code == 409
    nul = await officer.post(
        f"/desk/cases/{case.number}/moves", data={"version": "1", "move": "not_accepted", "reason": "\0"}
    )
    assert nul.status_code == 400


async def test_a_move_from_another_site_is_refused(site, case):
    officer = await site.person("officer-civil")
    move = {"version": "1", "move": "accepted"}
    answer = await officer.post(
        f"/desk/cases/{case.number}/moves", data=move, headers={"Origin": "https://evil.example"}
    )
    assert answer.status_code == 403
