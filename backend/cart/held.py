"""Certificates of the principal as far as a cart may use them: which count, and why another does not. Pure."""

from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

from backend.catalogue.model import Material
from backend.certificates.model import Certificate, Standing
from backend.core.i18n import _

LAPSED = {
    Standing.SUSPENDED: _("“%(certificate)s”现在暂停使用，这次不能用。请改交：%(label)s"),
    Standing.REVOKED: _("“%(certificate)s”已经吊销，不能再用。请改交：%(label)s"),
    Standing.REPLACED: _("“%(certificate)s”已经换了新证，旧的不能再用。请改交：%(label)s"),
    Standing.EXPIRED: _("“%(certificate)s”过了有效期，这次不能用。请改交：%(label)s"),
    Standing.NOT_YET: _("“%(certificate)s”还没有到生效的日子，这次不能用。请改交：%(label)s"),
    Standing.ALTERED: _("“%(certificate)s”和签发时的内容对不上，不能用。请改交：%(label)s"),
}


def vouches_as(one: Certificate) -> str:
    """What facts out of it name as their source."""
    return f"certificate.{one.type}"


def usable(
    held: Iterable[Certificate],
    files: Collection[tuple[UUID, str, str]],
    catalogue: Mapping[str, Material],
) -> tuple[Certificate, ...]:
    """The newest valid one of each type and subject; not the one instead of which she handed in a file."""
    found: dict[tuple[UUID | None, str], Certificate] = {}
    for one in sorted(held, key=lambda one: (one.issued_at, one.number)):
        if one.party_id and one.standing is Standing.VALID and not _put_aside(one, files, catalogue):
            found[one.party_id, one.type] = one
    return tuple(found.values())


def _put_aside(one: Certificate, files: Collection[tuple[UUID, str, str]], catalogue: Mapping[str, Material]) -> bool:
    return any(
        subject == one.party_id and material in catalogue and replaces(one, catalogue[material])
        for subject, material, _variant in files
    )


def replaces(one: Certificate, material: Material) -> bool:
    return any(way.certificate == one.type for way in material.satisfied_by)


def lapsed(held: Iterable[Certificate], good: Iterable[Certificate]) -> tuple[Certificate, ...]:
    """The newest of each type and subject that is not valid, where none is: to say why it does not count."""
    there = {(one.party_id, one.type) for one in good}
    found: dict[tuple[UUID | None, str], Certificate] = {}
    for one in sorted(held, key=lambda one: (one.issued_at, one.number)):
        if one.standing is not Standing.VALID and (one.party_id, one.type) not in there:
            found[one.party_id, one.type] = one
    return tuple(found.values())
