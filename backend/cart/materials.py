"""Materials into the draft: photos and documents page by page, or a pledge where the item allows one."""

from uuid import UUID

from backend.cart.answering import store_pledge
from backend.cart.model import Draft, Need
from backend.cart.pledging import sign
from backend.cart.queries import PLEDGE
from backend.core.db import Tx
from backend.core.errors import Invalid, NotFound, Problem
from backend.core.files import Turn
from backend.core.i18n import _

MOST_FILES = 20


def need_named(draft: Draft, name: str) -> Need:
    """The material of the list by its name; NotFound if this cart does not need it."""
    found = next((need for need in draft.sheet.materials if need.name == name), None)
    if found is None:
        raise NotFound()
    return found


def photo_in(need: Need, file: UUID) -> UUID:
    """The file, if it is a photograph of this material; NotFound otherwise."""
    if not any(held.id == file and held.media_type.startswith("image/") for held in need.files):
        raise NotFound()
    return file


def way_in(text: str) -> Turn:
    return "left" if text == "left" else "right"


def room_for(need: Need, more: int) -> None:
    """Invalid if so many files more are too many."""
    if len(need.files) + more > MOST_FILES:
        said = _("“%(label)s”最多交 %(most)s 个文件。请先删掉用不着的，或合成一个 PDF。")
        raise Invalid(Problem(said, need.name, {"label": need.material.label, "most": MOST_FILES}))


async def attach(tx: Tx, draft: Draft, need: Need, files: list[UUID]) -> None:
    """Files as further pages of one material, after those that are there; one that is there already stays as it is."""
    there = {held.id for held in need.files}
    await tx.db.execute(
        """INSERT INTO cart_materials (cart_id, subject, material, variant, position, file_id)
           SELECT $1, $2, $3, $4, f.place + (SELECT coalesce(max(position), 0) FROM cart_materials
                  WHERE (cart_id, subject, material, variant) = ($1, $2, $3, $4)), f.id
             FROM unnest($5::uuid[]) WITH ORDINALITY AS f(id, place)""",
        draft.cart_id,
        need.subject,
        need.material.code,
        need.variant,
        [file for file in files if file not in there],
    )


async def detach(tx: Tx, draft: Draft, need: Need, file: UUID) -> None:
    """Takes one file out of the material; NotFound if it is not in it."""
    if file not in {held.id for held in need.files}:
        raise NotFound()
    await tx.db.execute(
        """DELETE FROM cart_materials WHERE cart_id = $1 AND subject = $2 AND material = $3 AND variant = $4
           AND file_id = $5""",
        draft.cart_id,
        need.subject,
        need.material.code,
        need.variant,
        file,
    )


async def pledge(tx: Tx, draft: Draft, need: Need, name: str, read: str) -> None:
    """Signs the pledge instead of handing the material in; NotFound where there is none to sign."""
    await store_pledge(tx, draft, need.subject, _pledge_of(need), await sign(tx, draft, need, name, read))


async def take_pledge_back(tx: Tx, draft: Draft, need: Need) -> None:
    await store_pledge(tx, draft, need.subject, _pledge_of(need), None)


def _pledge_of(need: Need) -> str:
    return f"{PLEDGE}{need.material.code}#{need.variant}"


async def put_in_place(tx: Tx, draft: Draft, need: Need, old: UUID, new: UUID) -> None:
    """The page stays where it is, the picture on it is another; NotFound if the old one is not in the material."""
    place = await tx.db.fetchval(
        """SELECT position FROM cart_materials WHERE cart_id = $1 AND subject = $2 AND material = $3 AND variant = $4
           AND file_id = $5""",
        draft.cart_id,
        need.subject,
        need.material.code,
        need.variant,
        old,
    )
    await detach(tx, draft, need, old)
    await tx.db.execute(
        "INSERT INTO cart_materials (cart_id, subject, material, variant, position, file_id) VALUES ($1, $2, $3, $4, $5, $6)",
        draft.cart_id,
        need.subject,
        need.material.code,
        need.variant,
        place,
        new,
    )
