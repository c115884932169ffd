"""Releases in an audit: what is gone or damaged is named, what was left is deleted, a whole one is never touched."""

from __future__ import annotations

from tests.unit.audit.conftest import CONFIGURED, TOPIC, Archive

from tearsheet.harvest.publish import write_configuration
from tearsheet.pull.releases import Release
from tearsheet.release import Asked, publish


def released(archive: Archive) -> Release:
    write_configuration(archive.store, CONFIGURED)
    return publish(archive.store, Asked(topic=TOPIC.id), "The Archive").release


def test_a_whole_release_is_clean_and_one_that_is_not_is_named(archive: Archive) -> None:
    made = released(archive)
    assert archive.found() == []
    data, card = made.key(made.data[0].path), made.key("README.md")
    archive.store.put(data, b"other bytes")
    archive.store.delete([card])
    wrong = [("release.missing", card), ("release.damaged", data)]
    assert sorted(archive.found()) == sorted(wrong)
    assert sorted(archive.repair()) == sorted(wrong), "nothing else holds it"
    archive.store.put(made.key("release.json"), b"{}")
    assert archive.found() == [("release.damaged", made.key("release.json"))]


def test_what_a_killed_release_left_is_deleted(archive: Archive) -> None:
    made = released(archive)
    archive.store.delete([made.key("release.json")])
    left = archive.keys(made.folder)
    assert archive.found() == [("release.left", key) for key in left]
    assert archive.repair() == []
    assert archive.keys(made.folder) == []
    again = released(archive)
    assert (again.id, archive.found()) == (made.id, [])


def test_another_object_among_releases_is_unknown(archive: Archive) -> None:
    made = released(archive)
    strange = [made.key("data/notes.txt"), "releases/README.md", f"releases/{TOPIC.id}/latest/release.txt"]
    for key in strange:
        archive.store.put(key, b"x")
    assert [place for kind, place in archive.found() if kind == "object.unknown"] == sorted(strange)
