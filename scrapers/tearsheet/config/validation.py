"""From plain data to a typed value; pydantic's errors are told in our words: what, where, and what would be right."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator
from typing import TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from tearsheet.config.models import BUCKET, COUNTRY, IDENTIFIER, LANGUAGE, WEB_ADDRESS
from tearsheet.config.reader import Data, YamlFile
from tearsheet.config.rules import without_credentials

Model = TypeVar("Model", bound=BaseModel)

WANTED = {
    "string_type": "should be text: put it in quotes",
    "tuple_type": "should be a list: [a, b]",
    "bool_type": "should be true or false",
    "int_type": "should be a whole number",
    "float_type": "should be a number",
    "model_type": "should hold keys and their values",
    "missing": "is missing",
    "too_short": "should not be empty",
    "string_too_short": "should not be empty",
}
PATTERNS = {
    IDENTIFIER: "should be small letters, digits and hyphens, at most 63",
    WEB_ADDRESS: "should begin with http:// or https:// and hold no blanks",
    COUNTRY: "should be two capital letters",
    LANGUAGE: "should be two or three small letters",
    BUCKET: "should be s3://bucket or s3://bucket/prefix",
}
SELF_EVIDENT = ("missing", "model_type", "too_short", "string_too_short")


def validated(model: type[Model], file: YamlFile) -> Model | None:
    """A file's data as a model; what does not fit is noted in the file, and the answer is then ``None``."""
    if file.data is None and file.notes:
        return None
    data: Data = {} if file.data is None else file.data
    try:
        # JSON's strict mode is the wanted one: "7" is no number, and a list is a tuple, text a date.
        return model.model_validate_json(json.dumps(data), strict=True)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            if detail["type"] != "too_short" or not detail["input"]:  # else its items are wrong, and told one by one
                file.problem(detail["loc"], explained(model, detail))
    return None


def explained(model: type[BaseModel], error: ErrorDetails) -> str:
    """What is wrong and what would be right."""
    *parents, key = error["loc"] or ("",)
    if error["type"] == "extra_forbidden":
        return unknown(str(key), sorted(_at(model, parents).model_fields), "keys")
    if error["type"] == "value_error":
        return without_credentials(str(error["ctx"]["error"]))
    if error["input"] is None and error["type"].endswith("_type"):
        return "is empty: give it a value or leave it out"
    wanted = PATTERNS.get(error.get("ctx", {}).get("pattern", "")) or WANTED.get(error["type"]) or _plain(error["msg"])
    given = without_credentials(json.dumps(error["input"], ensure_ascii=False))[:60]
    field = _at(model, parents).model_fields.get(str(key))
    meaning = f" ({field.description})" if field and field.description else ""
    return wanted + ("" if error["type"] in SELF_EVIDENT else f", not {given}") + meaning


def _plain(message: str) -> str:
    """Pydantic's own words, without the subject: ours has been named."""
    return re.sub(r"^(Input|String|Value|Date) ", "", message)


def unknown(name: str, known: list[str], noun: str) -> str:
    """That a name is not known, the nearest that is, and all that are."""
    near = difflib.get_close_matches(name, known, n=1)
    guess = f", did you mean {near[0]!r}?" if near else ""
    return f"{name!r} is unknown{guess}; known {noun}: {', '.join(known)}"


def _at(model: type[BaseModel], keys: list[str | int]) -> type[BaseModel]:
    """The model whose fields stand below these keys."""
    for key in keys:
        if isinstance(key, str) and key in model.model_fields:
            model = next(_models(model.model_fields[key].annotation), model)
    return model


def _models(annotation: object) -> Iterator[type[BaseModel]]:
    """The models an annotation names, at any depth."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models(part)
