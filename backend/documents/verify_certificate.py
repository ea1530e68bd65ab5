"""The same question of a printed certificate: what its QR leads to asks for the check value beside it, and then says whether it holds."""

import asyncio
import hashlib

from litestar import Request, Response

from backend.catalogue.queries import city
from backend.certificates.genuine import Found, is_check_value
from backend.certificates.model import Standing
from backend.certificates.rules import MEANINGS, STANDINGS
from backend.core.db import Tx
from backend.core.errors import Problem
from backend.core.i18n import _
from backend.core.signature import check
from backend.core.web import Form, page

WRONG = _("查验码不对。请看二维码旁边的 8 位数字，再输一次。")
HEADERS = {"X-Robots-Tag": "noindex", "Cache-Control": "no-store"}


def asking_page(request: Request, tx: Tx, token: str, *, wrong: bool = False) -> Response[str]:
    problems = [Problem(WRONG, "check")] if wrong else []
    return page(
        request, tx, "certificates/verify.html", status=422 if wrong else 200, token=token, problems=problems, found=None, headers=HEADERS,
    )  # fmt: skip


async def answer_page(request: Request, tx: Tx, token: str, found: Found, form: Form) -> Response[str]:
    """`check`: what stands beside the QR; `paper`: the file, where somebody has it. What is not ours is not opened."""
    files = form.files("paper")
    if not is_check_value(tx, found.id, form.text("check")):
        return asking_page(request, tx, token, wrong=True)
    content = await files[0].read() if files else None
    same = None if content is None else hashlib.sha256(content).digest() == found.sha256
    signed = bool(same and content and (await asyncio.to_thread(check, content)).intact)
    kinds = (await city(tx.db)).pack.certificates
    standing = found.standing(tx.today)
    return page(
        request, tx, "certificates/verify.html", token=token, problems=[], found=found, same=same, signed=signed, headers=HEADERS,
        label=kinds[found.type].label if found.type in kinds else found.type, check=form.text("check"),
        standing=STANDINGS[standing], means=MEANINGS[standing], holds=standing is Standing.VALID,
    )  # fmt: skip
