"""Who has no phone is told by post: taken to print, posted, forgotten, and marked when it comes back."""

import re

from tests.mandates.clerk import Clerk, rows
from tests.mandates.test_at_the_counter import scanned, taken_in


async def told_by_post(site):
    """The grandmother who has only an address gave a mandate on paper."""
    first, second = await site.person("officer-civil"), await site.person("officer-second")
    page = await taken_in(first)
    await scanned(first, page)
    await second.post(page + "/answer", data={"answer": "alike"})
    await Clerk(site).works()
    return first


async def test_a_batch_is_printed_as_often_as_needed_and_forgotten_when_posted(site):
    officer, other = await told_by_post(site), await site.person("officer-second")
    assert "有 1 封信等着打印" in (await officer.get("/desk/letters")).text
    await officer.post("/desk/letters/batches")
    shown = (await officer.get("/desk/letters")).text
    batch = re.search(r"/desk/letters/batches/[0-9a-f-]{36}", shown)[0]
    for _ in range(2):
        assert (await officer.get(batch + "/letters.pdf")).content.startswith(b"%PDF")
    assert (await other.get(batch + "/letters.pdf")).status_code == 404
    assert (await other.post(batch + "/posted")).status_code == 404
    assert (await officer.post(batch + "/posted")).status_code == 303
    ((state, sealed),) = await rows(site, "SELECT state, sealed FROM letters")
    assert (state, sealed) == ("printed", b"")
    assert (await officer.get(batch + "/letters.pdf")).status_code == 404


async def test_what_came_back_is_marked_by_the_number_on_it(site):
    officer = await told_by_post(site)
    await officer.post("/desk/letters/batches")
    ((letter, batch),) = await rows(site, "SELECT id, batch FROM letters")
    early = await officer.post("/desk/letters/returned", data={"number": str(letter)[:8]})
    assert early.status_code == 422
    await officer.post(f"/desk/letters/batches/{batch}/posted")
    assert (await officer.post("/desk/letters/returned", data={"number": str(letter)[:8].upper()})).status_code == 303
    assert "有 1 封退了回来" in (await officer.get("/desk/letters")).text


async def test_it_is_told_once_however_often_the_job_runs(site):
    await told_by_post(site)
    (mandate,) = await rows(site, "SELECT id FROM mandates WHERE created_via = 'counter_paper'")
    job = ("tell_mandate", {"mandate": str(mandate["id"]), "what": "given"})
    await Clerk(site).does(job, job)
    assert len(await rows(site, "SELECT 1 FROM letters")) == 1
    assert len(await rows(site, "SELECT 1 FROM events WHERE kind IN ('mandate_given', 'mandate_held')")) == 2
