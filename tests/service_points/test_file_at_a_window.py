"""At an office's own window: the same visit, the same sheet, no second entry; the case is marked as filled in there."""

import re

from tests.mandates.clerk import rows
from tests.orders.shopping import fill_in, form, picture, put_in, reviewed
from tests.service_points.test_a_whole_errand import MATTER, code_of
from tests.service_points.test_help_somebody import FATHER


async def signed_at_window(site, officer):
    said = {"items": await code_of(site), "seen": "yes"} | FATHER
    answer = await officer.post("/visits", data=said)
    assert answer.status_code == 303, re.sub(r"<[^>]+>", " ", answer.text)[:1500]
    visit = answer.headers["location"].removesuffix("/signature")
    files = {"signature": ("signature.jpg", picture(), "image/jpeg")}
    assert (await officer.post(visit + "/signature", data={"drawn": "yes"}, files=files)).status_code == 303
    return visit


async def test_an_officer_files_for_who_stands_there_and_the_case_lies_on_the_desk_like_any_other(site):
    officer = await site.person("officer-second")
    visit = await signed_at_window(site, officer)
    assert "窗口为林长福代录" in (await officer.get("/cart")).text
    assert (await officer.get("/desk")).status_code == 404  # one thing at a time: first the person at the window
    await put_in(site, officer, (MATTER,))
    await fill_in(site, officer)
    answer = await officer.post("/orders", data=form(await reviewed(site, officer), "filed-at-the-window-1"))
    assert answer.status_code == 303, re.sub(r"<[^>]+>", " ", answer.text)[:1500]
    slip = await officer.get(visit + "/slip.pdf")
    assert (slip.status_code, slip.content[:5]) == (200, b"%PDF-")
    assert (await officer.post(visit + "/end")).status_code == 303
    (order,) = await rows(site, "SELECT channel FROM orders")
    assert order["channel"] == "window"
    (event,) = await rows(site, "SELECT actor_kind, data FROM events WHERE kind = 'filed'")
    assert (event["actor_kind"], event["data"]["assisted"]) == ("agent", "window")
    (case,) = await rows(site, "SELECT number FROM cases")
    assert "窗口代录" in (await officer.get(f"/desk/cases/{case['number']}")).text
    assert (await officer.get(f"/cases/{case['number']}")).status_code == 404
    father = await site.person("father")
    assert MATTER in (await father.get(f"/cases/{case['number']}")).text


async def test_without_a_card_seen_a_signature_or_a_window_nothing_of_hers_opens(site):
    officer, supervisor = await site.person("officer-second"), await site.person("supervisor")
    assert (await supervisor.get("/visits")).status_code == 404
    assert (await supervisor.post("/visits", data=FATHER)).status_code == 404
    assert (await officer.post("/visits", data={"items": await code_of(site)} | FATHER)).status_code == 422
    answer = await officer.post("/visits", data={"items": await code_of(site), "seen": "yes"} | FATHER)
    assert answer.headers["location"].endswith("/signature")
    assert (await officer.get("/cart")).status_code == 404
