"""A folder of YAML files, or the same data out of the database, into a Pack.

Reading has two steps, so that what is stored is what was written: `read_folder` gives plain data with dates as ISO
text, `build` gives the Pack and refuses everything that cannot be. Both collect all problems before they refuse.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import yaml
from msgspec.structs import replace

from backend.catalogue import model
from backend.catalogue.model import (
    Ask,
    Department,
    Element,
    Item,
    Material,
    MaterialNeed,
    Office,
    Pack,
    Renewal,
    Role,
    Situation,
)
from backend.catalogue.offered_model import Offered
from backend.catalogue.pack_covered import review_hash
from backend.catalogue.pack_format import (
    AskFile,
    ItemFile,
    NeedFile,
    OfficesFile,
    ProofsFile,
    Review,
    RoleFile,
)
from backend.catalogue.pack_po import translations_in
from backend.catalogue.pack_yaml import read_yaml
from backend.core.conditions import ALWAYS, Condition, ConditionError, Meaning, decode, decode_derived

FOLDERS = Path(__file__).resolve().parent.parent / "packs"
STARTER = FOLDERS / "haikou"
FILES = ("pack", "elements", "materials", "certificates", "registers", "offices", "lexicon", "calendar")
OPTIONAL = ("reviews", "proofs", "announcements", "documents")
MAX_BYTES = 1_000_000
WHOLE = (model.ElementType.years, model.ElementType.money)

T = TypeVar("T")
Raw = dict[str, Any]


class Fault(msgspec.Struct, frozen=True, order=True):
    """One thing that is wrong with a pack: where, and a sentence. A warning does not stop publishing."""

    where: str
    say: str
    warning: bool = False

    def __str__(self) -> str:
        return f"{'提醒' if self.warning else '错误'} {self.where}: {self.say}"


class PackError(Exception):
    """The pack cannot be read. `faults` holds everything that is wrong."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = faults


def read_folder(folder: Path) -> Raw:
    """Plain data of every file: `{"pack": …, "elements": …, "items": {name: …}, "scenarios": {…}, "reviews": {…}}`."""
    faults: list[Fault] = []
    raw: Raw = {name: read_file(folder / f"{name}.yaml", folder, faults) for name in FILES}
    raw |= {name: _if_there(folder / f"{name}.yaml", folder, faults) for name in OPTIONAL}
    for kind in ("items", "scenarios", "letters"):
        raw[kind] = {path.stem: read_file(path, folder, faults) for path in sorted((folder / kind).glob("*.yaml"))}
    try:
        raw["i18n"] = translations_in(folder)
    except ValueError as error:
        faults.append(Fault("i18n", f"读不懂这个文件:{error}"))
    if faults:
        raise PackError(faults)
    return raw


def _if_there(path: Path, folder: Path, faults: list[Fault]) -> Raw:
    return read_file(path, folder, faults) if path.exists() else {}


def read_file(path: Path, folder: Path, faults: list[Fault]) -> Raw:
    """One file as plain data; what is wrong with it goes to `faults`."""
    where = str(path.relative_to(folder))
    try:
        data = path.read_bytes()
        if len(data) > MAX_BYTES:
            raise ValueError("文件超过 1 MB")
        read = read_yaml(data.decode("utf-8"))
        if not isinstance(read, dict):
            raise ValueError("应当是“名称: 内容”这样的文件")
        return msgspec.to_builtins(read, str_keys=True)
    except FileNotFoundError:
        faults.append(Fault(where, "缺少这个文件"))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        faults.append(Fault(f"{where}:{mark.line + 1}:{mark.column + 1}" if mark else where, str(error.problem)))
    except (ValueError, TypeError, yaml.YAMLError, RecursionError) as error:
        faults.append(Fault(where, f"读不懂这个文件:{error}"))
    return {}


def read_pack(folder: Path = STARTER) -> Pack:
    return build(read_folder(folder))


def build(raw: Raw) -> Pack:
    """The Pack of plain data, or PackError with all that is wrong in it."""
    return _Builder(raw).pack()


def read_item(raw: Raw, city: model.City) -> Item:
    """One item's data by itself, or PackError. Whether its names lead anywhere is for the check."""
    reader = _Builder({})
    item = reader.item(raw.get("name", ""), raw, city)
    if item is None or reader.faults:
        raise PackError(sorted(reader.faults))
    return item


class _Builder:
    def __init__(self, raw: Raw) -> None:
        self.raw = raw
        self.faults: list[Fault] = []

    def pack(self) -> Pack:
        raw = self.raw
        city = self.one("pack.yaml", raw["pack"], model.City)
        elements = self.by_code("elements.yaml", raw["elements"], Element)
        offices = self.one("offices.yaml", raw["offices"], OfficesFile)
        parts = {
            "materials": self.by_code("materials.yaml", raw["materials"], Material),
            "certificates": self.by_code("certificates.yaml", raw["certificates"], model.CertificateType),
            "registers": self.by_code("registers.yaml", raw["registers"], model.Register),
            "lexicon": self.one("lexicon.yaml", raw["lexicon"], model.Lexicon),
            "calendar": self.one("calendar.yaml", raw["calendar"], model.Calendar),
            "texts": self.texts(),
            "announcements": self.named(
                "announcements.yaml", raw.get("announcements", {}), model.Announcement, "title"
            ),
        }
        proofs = self.one("proofs.yaml", raw.get("proofs", {}), ProofsFile) or ProofsFile()
        meanings = {code: self.meaning(element) for code, element in elements.items()}
        items = {name: self.item(name, data, city) for name, data in raw["items"].items()} if city else {}
        if self.faults or city is None or offices is None:
            raise PackError(sorted(self.faults))
        return Pack(
            city=city,
            elements=elements,
            departments={
                short: Department(
                    short=short, code=d.code, name=d.name, phones=d.phones, aliases=d.aliases, uscc=d.uscc
                )
                for short, d in offices.departments.items()
            },
            offices={code: _office(code, o) for code, o in offices.offices.items()},
            items={name: item for name, item in items.items() if item},
            scenarios=raw["scenarios"],
            documents=raw.get("documents", {}),
            hashes={name: review_hash(raw, name, item) for name, item in items.items() if item},
            meanings={code: meaning for code, meaning in meanings.items() if meaning},
            proofs={name: replace(proof, name=name) for name, proof in proofs.proofs.items()},
            proof_counts=proofs.counts,
            **parts,  # type: ignore[arg-type]
        )

    def one(self, where: str, data: Any, kind: type[T]) -> T | None:
        try:
            return msgspec.convert(data, kind)
        except msgspec.ValidationError as error:
            self.faults.append(Fault(where, told(str(error))))
            return None

    def named(self, where: str, data: Raw, kind: type[T], name: str) -> dict[str, T]:
        """Things whose key is their title."""
        read = {key: self.one(f"{where}: {key}", {**value, name: key}, kind) for key, value in data.items()}
        return {key: value for key, value in read.items() if value is not None}

    def by_code(self, where: str, data: Raw, kind: type[T]) -> dict[str, T]:
        read = {code: self.one(f"{where}: {code}", _coded(code, value), kind) for code, value in data.items()}
        return {code: value for code, value in read.items() if value is not None}

    def texts(self) -> dict[str, dict[str, str]]:
        where = "letters"
        read = {name: self.one(f"{where}/{name}.yaml", data, dict[str, str]) for name, data in self.raw[where].items()}
        return {name: texts for name, texts in read.items() if texts is not None}

    def meaning(self, element: Element) -> Meaning | None:
        """What the rules must know of an element."""
        whole = element.type in WHOLE
        choices = tuple(element.options)
        if not element.derived:
            return Meaning(whole=whole, choices=choices)
        where = f"elements.yaml: {element.code}.derived"
        derived = self.caught(where, lambda: decode_derived(element.derived, where, whole=whole))
        return replace(derived, choices=choices, asked=element.asked) if derived else None

    def item(self, name: str, data: Raw, city: model.City) -> Item | None:
        where = f"items/{name}.yaml"
        file = self.one(where, data, ItemFile)
        if file is None:
            return None
        if file.name != name:
            self.faults.append(Fault(f"{where}: name", f"文件名应当和事项名称“{file.name}”一样"))
        written = {field: getattr(file, field) for field in Item.__struct_fields__}
        read = {
            "roles": {role: _role(role, value, city) for role, value in file.roles.items()},
            "fits": self.condition(f"{where}: fits", file.fits),
            "asks": tuple(self.ask(f"{where}: asks[{i}]", ask) for i, ask in enumerate(file.asks)),
            "materials": tuple(self.need(f"{where}: materials[{i}]", need) for i, need in enumerate(file.materials)),
            "situations": tuple(
                self.held(f"{where}: situations[{i}]", one, Situation) for i, one in enumerate(file.situations)
            ),
            "renewal": self.held(f"{where}: renewal", file.renewal, Renewal),
            "offered": self.held(f"{where}: offered", file.offered, Offered),
            "instant": tuple(self.condition(f"{where}: instant[{i}]", rule) for i, rule in enumerate(file.instant)),
        }
        return Item(**{**written, **read})

    def ask(self, where: str, ask: str | AskFile) -> Ask:
        if isinstance(ask, str):
            return Ask(fact=ask)
        return Ask(fact=ask.fact, when=self.condition(f"{where}.when", ask.when), required=ask.required)

    def need(self, where: str, need: str | NeedFile) -> MaterialNeed:
        file = NeedFile(material=need) if isinstance(need, str) else need
        written = {field: getattr(file, field) for field in MaterialNeed.__struct_fields__}
        return MaterialNeed(**{**written, "when": self.condition(f"{where}.when", file.when)})

    def held(self, where: str, file: Any, kind: type[T]) -> T | None:
        """A thing that only holds under a condition; a condition that cannot be read is a fault already."""
        if file is None:
            return None
        written = {field: getattr(file, field) for field in kind.__struct_fields__}  # type: ignore[attr-defined]
        return kind(**{**written, "when": self.condition(f"{where}.when", file.when) or ALWAYS})

    def condition(self, where: str, data: Raw | None) -> Condition | None:
        return None if data is None else self.caught(where, lambda: decode(data, where))

    def caught(self, where: str, read: Callable[[], T]) -> T | None:
        try:
            return read()
        except ConditionError as error:
            self.faults.append(Fault(error.where or where, error.sentence))
            return None


def told(error: str) -> str:
    """msgspec's message as a sentence with the place first; the field names stay as they are written."""
    said, _, place = error.partition(" - at ")
    said = re.sub(r"Object contains unknown field `(.*)`", r"不认识的字段“\1”", said)
    said = re.sub(r"Object missing required field `(.*)`", r"缺少字段“\1”", said)
    said = re.sub(r"Expected `(.*)`, got `(.*)`", r"应当是 \1,写的是 \2", said)
    said = re.sub(r"Invalid enum value '(.*)'", r"没有“\1”这个选项", said)
    return f"{said}({place.strip('`')})" if place else said


def _coded(code: str, value: Any) -> Any:
    return {**value, "code": code} if isinstance(value, dict) else value


def _office(code: str, file: Any) -> Office:
    return Office(code=code, **msgspec.structs.asdict(file))


def _role(name: str, written: str | RoleFile, city: model.City) -> Role:
    file = RoleFile(kind=written) if isinstance(written, str) else written
    label = file.label or city.roles.get(name, name)
    if file.kind.endswith("?"):
        return Role(name=name, kind=file.kind[:-1], label=label, least=0)
    kind, _, span = file.kind.partition("[")
    least, _, most = span.rstrip("]").partition("..")
    return Role(name=name, kind=kind, label=label, least=int(least or 1), most=int(most or 1))


def reviews_of(raw: Raw) -> dict[str, Review]:
    """The legal reviews by item name; PackError if the file is not right."""
    try:
        return msgspec.convert(raw["reviews"], dict[str, Review])
    except msgspec.ValidationError as error:
        raise PackError([Fault("reviews.yaml", told(str(error)))]) from None


def packs() -> Iterator[Path]:
    """Every pack that comes with the program."""
    return (path.parent for path in sorted(FOLDERS.glob("*/pack.yaml")))
