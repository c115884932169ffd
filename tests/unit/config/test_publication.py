"""The configuration as the bucket keeps it."""

from __future__ import annotations

import hashlib
from pathlib import Path

from tearsheet.config import digest, load, public
from tearsheet.config.models import Configuration


def test_what_is_published_is_the_configuration_and_is_named_by_its_bytes(folder: Path) -> None:
    configuration = load(folder, {"TEARSHEET_STORE": "s3://bucket/prefix"})
    body, name = public(configuration)
    assert Configuration.model_validate_json(body) == configuration
    assert name == hashlib.sha256(body).hexdigest() == digest(configuration)


def test_files_that_say_the_same_have_the_same_digest(folder: Path) -> None:
    before = digest(load(folder, {}))
    topic = folder / "topics/harbours.yaml"
    topic.write_text("# moved\n" + "".join(reversed(topic.read_text("utf-8").splitlines(keepends=True))), "utf-8")
    assert digest(load(folder, {})) == before
    topic.write_text(topic.read_text("utf-8").replace("[en, de]", "[en]"), "utf-8")
    assert digest(load(folder, {})) != before


def test_the_proxys_credentials_are_not_published(folder: Path) -> None:
    def published(proxy: str) -> tuple[bytes, str]:
        return public(load(folder, {"TEARSHEET_FETCH__PROXY": proxy}))

    body, name = published("http://me:secret@proxy.example:3128")
    assert b"secret" not in body
    assert b"http://proxy.example:3128" in body
    assert name == published("http://proxy.example:3128")[1]


def test_who_may_read_is_not_published(folder: Path) -> None:
    line = "anna:scrypt$32768$8$1$c2FsdHNhbHRzYWx0c2FsdA==$aGFzaA=="
    body, name = public(load(folder, {"TEARSHEET_WEB__USERS": line, "TEARSHEET_WEB__KEY": "/etc/key.pem"}))
    assert b"anna" not in body
    assert b"key.pem" not in body
    assert name == digest(load(folder, {}))
