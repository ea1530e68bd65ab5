"""What an item has to do with other departments and other items is written at the desk like everything else of it."""

from tests.editing.desk import DESK, Trio, begin, changed, opened, send, step
from tests.forms import form_with

PAGE = f"{DESK}/draft/together"
OPINION = {"about": "高龄核实", "department": "卫生健康委员会", "limit": "3", "silence": "escalate"}
EXCLUDED = {"excludes__0__item": "护理补贴", "excludes__0__say": "演示：只能领一种", "excludes__0__same": "applicant"}


async def test_a_row_is_added_filled_in_checked_told_in_words_and_sent_on(trio: Trio):
    await begin(trio.editor)
    answer = await send(
        trio.editor, "together", changed(await opened(trio.editor, "together"), do="add:joint.opinions")
    )
    fields = changed(
        form_with(answer.text, PAGE), **{f"joint__opinions__0__{key}": said for key, said in OPINION.items()}
    )
    assert (await send(trio.editor, "together", changed(fields, joint__opinions__0__limit="46"))).status_code == 422
    assert (await send(trio.editor, "together", fields)).status_code == 303
    page = (await trio.editor.get(PAGE)).text
    assert f'href="{PAGE}#joint.opinions.0.sees"' in page, "nothing is shown to them"
    assert 'id="joint.opinions.0.sees"' in page

    again = changed(await opened(trio.editor, "together"), do="remove:joint.opinions.0")
    answer = await send(trio.editor, "together", again)
    answer = await send(trio.editor, "together", changed(form_with(answer.text, PAGE), do="add:excludes"))
    answer = await send(trio.editor, "together", changed(form_with(answer.text, PAGE), **EXCLUDED))
    assert answer.status_code == 303, answer.text
    page = (await trio.editor.get(PAGE)).text
    assert f'href="{PAGE}#excludes.0"' in page, "not reminded that the other item says it as well"
    assert page.count('id="excludes.0"') == 1
    assert "护理补贴（为什么，怎么对老百姓说：演示：只能领一种" in (await trio.editor.get(DESK)).text
    assert (await step(trio.editor, "sent")).status_code == 303, "what harms nobody stops nobody"
