"""A form is taken from the item's page, is that of the version in force, and is not set twice."""

from backend.catalogue import routes_forms
from tests.editing.desk import OLD, Trio, all_the_way, begin, write
from tests.web import Site


async def test_the_form_of_an_item_is_linked_and_sent_and_may_be_kept(site: Site):
    somebody = site.stranger()
    assert f"/items/{OLD}/form.pdf" in (await somebody.get(f"/items/{OLD}")).text
    for name in ("form", "sample"):
        answer = await somebody.get(f"/items/{OLD}/{name}.pdf")
        assert answer.headers["content-type"] == "application/pdf"
        assert answer.content.startswith(b"%PDF")
        again = await somebody.get(f"/items/{OLD}/{name}.pdf", headers={"If-None-Match": answer.headers["etag"]})
        assert again.status_code == 304
    for code in ("nothing", "11460100MB0000000014601010010A1"):
        assert (await somebody.get(f"/items/{code}/form.pdf")).status_code == 404


async def test_a_new_version_has_a_form_of_its_own(site: Site, trio: Trio):
    before = (await trio.editor.get(f"/items/{OLD}/form.pdf")).headers["etag"]
    await begin(trio.editor)
    await write(trio.editor, "faq", mistakes="把表填反了")
    await all_the_way(trio)
    after = (await trio.editor.get(f"/items/{OLD}/form.pdf")).headers["etag"]
    assert after != before
    assert len([key for key in routes_forms._kept if key[0] == OLD]) >= 2
