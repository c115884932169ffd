"""``croissant.json``: files, columns and their meaning for machine learning (Croissant 1.0, MLCommons).

All months are one record set. The parts of a list of structs are sub-fields, read by their names.
"""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from tearsheet.pull.releases import File, Release
from tearsheet.release.draft import SCHEMA
from tearsheet.release.wording import KEY, PARQUET, RIGHTS, abstract, as_json, day, meaning, suffix, title

RECORDS, MONTHS = "articles", "months"
_OURS = (
    *("citeAs", "column", "conformsTo", "data", "dataType", "examples", "equivalentProperty", "extract", "field"),
    *("fileObject", "fileProperty", "fileSet", "format", "includes", "isLiveDataset", "jsonPath", "key", "md5"),
    *("parentField", "path", "recordSet", "references", "regex", "repeated", "replace", "samplingRate", "separator"),
    *("source", "subField", "transform"),
)
_SPECIAL: dict[str, Any] = {
    "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
}
CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "dct": "http://purl.org/dc/terms/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "sc": "https://schema.org/",
} | {name: _SPECIAL.get(name, f"cr:{name}") for name in _OURS}


def render(release: Release) -> bytes:
    """The description, in JSON-LD."""
    return as_json(
        {
            "@context": CONTEXT,
            "@type": "sc:Dataset",
            "name": f"{release.topic}-{release.id}",
            "description": abstract(release),
            "conformsTo": "http://mlcommons.org/croissant/1.0",
            "citeAs": f"{release.about.publisher}: {title(release)}. Release {release.id}.",
            "creator": {"@type": "sc:Organization", "name": release.about.publisher},
            "datePublished": day(release),
            "inLanguage": list(release.counts.languages),
            "license": RIGHTS,
            "url": f"urn:tearsheet:release:{release.topic}:{release.id}",
            "version": _semantic(release),
            "distribution": [*map(_file, release.files), _months()],
            "recordSet": [_records()],
        }
    )


def _semantic(release: Release) -> str:
    """The id as a semantic version, which Croissant asks for: the day, and the hash as build metadata."""
    return ".".join(str(int(part)) for part in day(release).split("-")) + f"+{suffix(release)}"


def _file(file: File) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": file.path,
        "name": file.path,
        "contentUrl": file.path,
        "contentSize": f"{file.bytes} B",
        "encodingFormat": PARQUET,
        "sha256": file.sha256,
    }


def _months() -> dict[str, Any]:
    return {
        "@type": "cr:FileSet",
        "@id": MONTHS,
        "name": MONTHS,
        "description": "The rows, a file a month of the night.",
        "encodingFormat": PARQUET,
        "includes": "data/*.parquet",
    }


def _records() -> dict[str, Any]:
    return {
        "@type": "cr:RecordSet",
        "@id": RECORDS,
        "name": RECORDS,
        "description": "One record a row.",
        "key": [{"@id": f"{RECORDS}/{name}"} for name in KEY],
        "field": [_field(each) for each in SCHEMA],
    }


def _field(field: pa.Field) -> dict[str, Any]:
    kind, parts = field.type, list[pa.Field]()
    if repeated := pa.types.is_list(kind):
        kind = kind.value_type
        parts = list(kind) if pa.types.is_struct(kind) else []
    told = _described(field, f"{RECORDS}/{field.name}") | ({"repeated": True} if repeated else {})
    if parts:
        return told | {"subField": [_part(field, part) for part in parts]}
    return told | {"dataType": _type(kind), "source": _source(field.name)}


def _part(field: pa.Field, part: pa.Field) -> dict[str, Any]:
    source = _source(field.name) | {"transform": {"jsonPath": part.name}}
    told = _described(part, f"{RECORDS}/{field.name}/{part.name}")
    return told | {"dataType": _type(part.type), "repeated": True, "source": source}


def _described(field: pa.Field, name: str) -> dict[str, Any]:
    return {"@type": "cr:Field", "@id": name, "name": field.name, "description": meaning(field)}


def _source(column: str) -> dict[str, Any]:
    return {"fileSet": {"@id": MONTHS}, "extract": {"column": column}}


def _type(kind: pa.DataType) -> str:
    tests = {
        "sc:DateTime": pa.types.is_timestamp,
        "sc:Boolean": pa.types.is_boolean,
        "sc:Integer": pa.types.is_integer,
        "sc:Float": pa.types.is_floating,
    }
    return next((name for name, test in tests.items() if test(kind)), "sc:Text")
