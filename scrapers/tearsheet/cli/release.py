"""``tearsheet release``: an immutable, citable copy of a topic's articles; and the list and the check of those."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Column, Table
from rich.text import Text

from tearsheet.cli.render import print_json
from tearsheet.cli.terminal import Console
from tearsheet.cli.workplace import DEFAULT_CONFIG, ConfigOption, JsonOption
from tearsheet.config import load_settings
from tearsheet.errors import AuditError, ConfigError
from tearsheet.pull import releases
from tearsheet.pull.releases import Release
from tearsheet.release import Asked, Issued, publish
from tearsheet.storage import Store, open_store


def release(
    topic: Annotated[str | None, typer.Argument(help="Which topic; with --list only its releases.")] = None,
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="First night.")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="Last night.")
    ] = None,
    all_versions: Annotated[
        bool, typer.Option("--all-versions", help="Every archived version of an article, not the latest alone.")
    ] = False,
    listing: Annotated[bool, typer.Option("--list", help="Instead: what was released, oldest first.")] = False,
    verify: Annotated[
        str | None, typer.Option("--verify", metavar="ID", help="Instead: hold each file of a release to its SHA-256.")
    ] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Write an immutable, citable copy of a topic's articles into the store, and describe it.

    Left out is what may not be passed on. The same rows give the same id: without a change the release there is stays
    the only one. One that was killed is resumed by the same command.
    """
    settings = load_settings(config)
    with open_store(settings.store) as store:
        if listing:
            _list(releases.releases(store, topic), as_json=as_json)
        elif verify:
            _verify(store, releases.insist(store, releases.find(store, verify)), as_json=as_json)
        elif topic is None:
            raise ConfigError("say which topic is to be released, or --list, or --verify ID")
        else:
            asked = Asked(
                topic=topic,
                since=since.date() if since else None,
                until=until.date() if until else None,
                all_versions=all_versions,
            )
            with Console(stderr=True, quiet=as_json).status("…") as status:
                issued = publish(store, asked, settings.release.publisher, status.update)
            _tell(store, issued, as_json=as_json)


def pull_release(topic: str, name: str, out: Path, url: str | None, config: Path, *, as_json: bool) -> None:
    """Download a release of a topic into a new folder, each file as it was released.

    Raises:
        WithdrawnError: it was taken down; the message names its successor.
    """
    settings = load_settings(config).store
    with open_store(settings.model_copy(update={"url": url}) if url else settings) as store:
        found = releases.of_topic(store, topic, name)
        size = releases.download(store, found, out)
    told = {"topic": topic, "release": name, "out": str(out), "rows": found.counts.rows, "bytes": size}
    if as_json:
        print_json(told)
    else:
        typer.echo(f"{out}: release {name}, {found.counts.rows} rows, {len(found.files)} files, {size} bytes")


def _tell(store: Store, issued: Issued, *, as_json: bool) -> None:
    made = issued.release
    if as_json:
        print_json({"release": made.id, "written": issued.written, "url": store.url(made.folder), **_facts(made)})
        return
    counts, left = made.counts, made.left_out
    said = "released" if issued.written else "nothing has changed since the release"
    typer.echo(f"{said} {made.id}: {counts.rows} rows of {counts.documents} articles, {made.bytes} bytes")
    if left.rows:
        typer.echo(f"  left out, for their rights: {left.rows} rows ({', '.join(left.signals)})")
    if made.changes:
        told = f"{made.changes.added} added, {made.changes.removed} removed, {made.changes.changed} worded otherwise"
        typer.echo(f"  since {made.changes.since}: {told}")
    typer.echo(f"  {store.url(made.folder)}")


def _facts(release: Release) -> dict[str, Any]:
    about, notice, changes = release.about, release.withdrawn, release.changes
    return {
        "topic": about.topic,
        "since": about.since,
        "until": about.until,
        "all_versions": about.all_versions,
        "released_at": release.released_at.isoformat(),
        "rows": release.counts.rows,
        "articles": release.counts.documents,
        "bytes": release.bytes,
        "content_sha256": release.content_sha256,
        "left_out": {"rows": release.left_out.rows, **release.left_out.signals},
        "changes": {name: getattr(changes, name) for name in ("since", "added", "removed", "changed")}
        if changes
        else None,
        "replaces": release.replaces,
        "withdrawn": notice.withdrawn_at.isoformat() if notice else None,
        "successor": notice.successor if notice else None,
    }


def _list(found: list[Release], *, as_json: bool) -> None:
    if as_json:
        print_json({"releases": [{"release": each.id, **_facts(each)} for each in found]})
        return
    figures = [Column(name, justify="right") for name in ("rows", "bytes")]
    table = Table("topic", Column("release", no_wrap=True), *figures, "", box=None)
    for each in found:
        notice = each.withdrawn
        state = f"withdrawn, successor {notice.successor or 'none'}" if notice else ""
        table.add_row(each.topic, each.id, str(each.counts.rows), str(each.bytes), Text(state, style="red"))
    Console().print(table)


def _verify(store: Store, found: Release, *, as_json: bool) -> None:
    """Hold a release to its digests.

    Raises:
        AuditError: a file is gone or another.
    """
    wrong = list(releases.damaged(store, found))
    if as_json:
        print_json({"release": found.id, "files": len(found.files), "damaged": dict(wrong)})
    if wrong:
        told = "\n  ".join(f"{store.url(key)}: {what}" for key, what in wrong)
        raise AuditError(f"release {found.id} is not what was released:\n  {told}")
    if not as_json:
        typer.echo(f"{found.id}: {len(found.files)} files are what was released")
