"""The same cases over the API: the same answers, the same refusals, as problem+json."""

from tests.cases.town import Town
from tests.web import Site


async def test_a_case_is_read_with_its_date_its_reasons_and_its_timeline(site: Site, town: Town) -> None:
    case = await town.moved(await town.filed(), "officer", "accepted")
    father = await site.person("father")
    (summary,) = [one for one in (await father.get("/api/v1/cases")).json() if one["number"] == case.number]
    assert (summary["number"], summary["public_state"], summary["label"]) == (case.number, "working", "正在审查")
    detail = (await father.get(f"/api/v1/cases/{case.number}")).json()
    assert (detail["summary"]["due"], detail["overdue"], detail["version"]) == ("2026-10-22", False, 2)
    assert "10 月 1–7 日国庆节放假，不算。" in detail["why"]
    assert [step["kind"] for step in detail["timeline"]] == ["accepted", "filed", None]


async def test_a_strangers_case_is_404_as_problem_json(site: Site, town: Town) -> None:
    case = await town.filed()
    stranger = await site.person("stranger")
    for method, path in (("GET", ""), ("POST", "/withdrawal"), ("POST", "/correction")):
        answer = await stranger.request(method, f"/api/v1/cases/{case.number}{path}")
        assert answer.status_code == 404
        assert answer.headers["content-type"].startswith("application/problem+json")
    assert (await site.stranger().get(f"/api/v1/cases/{case.number}")).status_code == 401


async def test_withdrawing_twice_answers_the_same(site: Site, town: Town) -> None:
    case = await town.filed()
    father = await site.person("father")
    first = await father.post(f"/api/v1/cases/{case.number}/withdrawal")
    second = await father.post(f"/api/v1/cases/{case.number}/withdrawal")
    assert first.status_code == second.status_code == 200
    assert first.json()["summary"]["state"] == "withdrawn"
    assert first.json() == second.json()


async def test_a_correction_is_asked_and_answered(site: Site, town: Town) -> None:
    asked = [{"say": "请写明谁在照顾老人。"}]
    case = await town.moved(await town.filed(), "officer", "correction_asked", problems=asked, days=10)
    father = await site.person("father")
    (point,) = (await father.get(f"/api/v1/cases/{case.number}")).json()["corrections"]
    assert (point["say"], point["answer"]) == ("请写明谁在照顾老人。", "answer-0")
    empty = await father.post(f"/api/v1/cases/{case.number}/correction", data={"other": "x"})
    assert (empty.status_code, empty.json()["problems"][0]["field"]) == (422, "answer-0")
    full = await father.post(f"/api/v1/cases/{case.number}/correction", data={point["answer"]: "女儿照顾。"})
    assert full.json()["summary"]["state"] == "submitted"
    again = await father.post(f"/api/v1/cases/{case.number}/correction", data={point["answer"]: "再来一次"})
    assert again.status_code == 409


async def test_the_description_names_every_way(site: Site) -> None:
    paths = (await site.stranger().get("/api/openapi.json")).json()["paths"]
    for path in ("", "/{number}", "/{number}/withdrawal", "/{number}/correction"):
        assert f"/api/v1/cases{path}" in paths
