"""Everyday questions find what they mean, among the first five and mostly first, also those nobody looked at.

On the real catalogues where CATALOGUE_DATA names their folder (`python -m tests.bench.answers` prints each miss); else on
the starter city alone, with the questions it can answer.
"""

from fnmatch import fnmatchcase
from pathlib import Path

import asyncpg
import msgspec
import yaml

from backend.catalogue.intake import read
from backend.catalogue.search import Hit, search
from tests.catalogue.test_import_guides import REAL, bring_in, real_only

QUESTIONS = Path(__file__).parent / "questions"
TUNED = ("tuning", "everyday_a", "everyday_b", "everyday_c", "everyday_d")
UNSEEN = ("unseen", "everyday_e", "everyday_f", "everyday_g")
NAMES = ("guangdong-items.jsonl", "qianfeng-items.tsv")


class Question(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`find`: names that answer it (* stands for anything), none if nothing does; `maybe`: what may be shown besides."""

    q: str
    find: tuple[str, ...] = ()
    dept: str | None = None
    maybe: tuple[str, ...] = ()

    def answered_by(self, hit: Hit) -> bool:
        if self.dept:
            return self.dept in hit.department
        return any(fnmatchcase(hit.name, name) for name in self.find)


class Asked(msgspec.Struct, frozen=True):
    question: Question
    hits: list[Hit]

    @property
    def place(self) -> int:
        """Of the first right answer, from 0; 99 if there is none among the five."""
        return next((at for at, hit in enumerate(self.hits) if self.question.answered_by(hit)), 99)


def questions(half: str) -> list[Question]:
    return msgspec.convert(yaml.safe_load((QUESTIONS / f"{half}.yaml").read_text("utf-8")), list[Question])


async def ask(db: asyncpg.Connection, asked: list[Question]) -> list[Asked]:
    return [Asked(question, await search(db, question.q, 5)) for question in asked]


def share(asked: list[Asked], within: int) -> float:
    return sum(one.place < within for one in asked) / len(asked)


def test_there_are_enough_and_half_of_them_unseen():
    every = [one.q for half in (*TUNED, *UNSEEN) for one in questions(half)]
    assert len(every) == len(set(every)) >= 900
    assert sum(len(questions(half)) for half in UNSEEN) >= 150


@real_only
async def test_the_real_catalogues_answer_them(town: asyncpg.Connection):
    for name in NAMES:
        await bring_in(town, read(REAL / name))
    for half in (*TUNED, "unseen"):
        asked = await ask(town, [one for one in questions(half) if one.find or one.dept])
        assert share(asked, 5) >= 0.95
        assert share(asked, 1) >= 0.80
    for half in ("everyday_e", "everyday_f"):  # everyday_g draws rare items too: it is told by the bench, not demanded
        asked = await ask(town, [one for one in questions(half) if one.find or one.dept])
        assert share(asked, 5) >= 0.88
        assert share(asked, 1) >= 0.70


async def test_the_starter_city_answers_those_it_can(town: asyncpg.Connection):
    here = [
        row["name"] for row in await town.fetch("SELECT name FROM items WHERE kind = 'item' AND version IS NOT NULL")
    ]
    every = [*questions("tuning"), *questions("unseen")]
    its = [one for one in every if not one.dept and any(fnmatchcase(name, way) for name in here for way in one.find)]
    asked = await ask(town, its)
    assert len(asked) > 40
    assert [one.question.q for one in asked if one.place > 4] == []
    assert share(asked, 1) >= 0.80
