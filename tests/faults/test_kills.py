"""A few kills at random while people are told: nothing is lost, nothing comes twice that must not. (200: `python -m tests.faults.kills`)"""

import pytest

from tests.faults.kills import run, somewhere


@pytest.mark.timeout(600)  # on a machine that others use, too, what is killed takes long to come back
async def test_killed_at_random_nothing_is_lost_and_no_text_message_comes_twice():
    with somewhere() as folder:
        verdict = await run(folder, seed=7, kills=8, cases=40, hurry=True)
    assert verdict.held, verdict
    assert verdict.push
    assert verdict.mail
    assert verdict.text
