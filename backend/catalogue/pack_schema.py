"""The JSON Schema of a pack, one definition a file, generated from the types that read it.

An editor is pointed at one of them: `# yaml-language-server: $schema=…/pack.schema.json#/$defs/ItemFile`.
"""

from typing import Any

import msgspec

from backend.catalogue import model, pack_format

BY_CODE = {"elements": model.Element, "materials": model.Material, "certificates": model.CertificateType}
BY_CODE |= {"registers": model.Register}
WHOLE = (model.City, pack_format.OfficesFile, model.Lexicon, model.Calendar, pack_format.ItemFile)


def pack_schema() -> str:
    """JSON text, stable, so that a change of the format shows in its diff."""
    schemas, defs = msgspec.json.schema_components((*BY_CODE.values(), *WHOLE), ref_template="#/$defs/{name}")
    for kind in BY_CODE.values():
        _without_code(defs[kind.__name__])
    files: dict[str, Any] = {
        f"{name}.yaml": {"type": "object", "additionalProperties": {"$ref": f"#/$defs/{kind.__name__}"}}
        for name, kind in BY_CODE.items()
    }
    named = ("pack.yaml", "offices.yaml", "lexicon.yaml", "calendar.yaml", "items/*.yaml")
    files |= dict(zip(named, schemas[len(BY_CODE) :], strict=True))
    files["reviews.yaml"] = {"type": "object", "additionalProperties": msgspec.json.schema(pack_format.Review)}
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Suishouban city pack",
        "description": "files: the shape of each file of the folder; $defs: the shapes they are made of",
        "files": files,
        "$defs": defs,
    }
    return msgspec.json.format(msgspec.json.encode(schema), indent=1).decode() + "\n"


def _without_code(definition: dict[str, Any]) -> None:
    """The code of such a thing is the key it stands under, not a field of it."""
    definition["properties"].pop("code", None)
    definition["required"] = [name for name in definition.get("required", ()) if name != "code"]
