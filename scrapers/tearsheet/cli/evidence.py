"""``tearsheet evidence``: the record that proves an article, read back and verified."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from tearsheet.cli.archive import ArticleArgument, NightOption, StoreOption, chosen, reading, told_of
from tearsheet.cli.render import print_json
from tearsheet.cli.terminal import Console
from tearsheet.cli.workplace import DEFAULT_CONFIG, ConfigOption, JsonOption
from tearsheet.errors import AuditError
from tearsheet.pull.evidence import Proof, write_record
from tearsheet.pull.evidence import evidence as proof_of


def evidence(
    url: ArticleArgument,
    night: NightOption = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Write the record as a WARC file of its own, record.warc.gz.")
    ] = None,
    store: StoreOption = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Read back the record that proves an article, and verify it: its place, digest, status and headers.

    One range request. Exit code 10 where the record is damaged, lost, taken down, or not the one that the row names.
    """
    with reading(config, store) as place:
        found = chosen(place, url, night)
        proof = proof_of(place.store, found.row)
    others = [told_of(row) for row in found.others]
    if as_json:
        print_json({"url": found.row.url, "night": found.row.night, **_told(proof), "others": others})
    else:
        _print(proof, told_of(found.row), others)
    if proof.failure:
        raise AuditError(
            f"{proof.place}, byte {proof.offset}: {proof.failure}; `tearsheet audit` finds all such records"
        )
    if out:
        write_record(proof, out)
        typer.echo(f"{out}: {proof.length} bytes", err=as_json)


def _told(proof: Proof) -> dict[str, Any]:
    """A proof for machines, without the page itself."""
    told = {name: value for name, value in asdict(proof).items() if name not in ("member", "record")}
    told |= {"verified": proof.verified}
    if record := proof.record:
        told |= {"record_id": record.record_id, "target": record.url, "fetched_at": record.fetched_at}
        told |= {"status": record.status, "reason": record.reason, "headers": record.headers}
        told |= {"bytes": len(record.raw_body)}
    return told


def _print(proof: Proof, capture: str, others: list[str]) -> None:
    console = Console(highlight=False)
    for name, value in _facts(proof, capture, others):
        console.print(Text.assemble((f"{name:<9}", "bold"), value), soft_wrap=not console.is_terminal)
    console.print(Text("verified", "bold green") if proof.verified else Text("NOT VERIFIED", "bold red"))


def _facts(proof: Proof, capture: str, others: list[str]) -> list[tuple[str, str]]:
    place = [
        ("capture", capture),
        *(("also", other) for other in others),
        ("segment", proof.place),
        ("key", proof.key),
        ("offset", f"{proof.offset}"),
        ("length", f"{proof.length}"),
        ("digest", proof.digest),
    ]
    if not (record := proof.record):
        return place
    return [
        *place,
        ("record", record.record_id),
        ("target", record.url),
        ("fetched", record.fetched_at.isoformat()),
        ("status", f"{record.http_version} {record.status} {record.reason}".rstrip()),
        *(("", f"{name}: {value}") for name, value in record.headers),
        ("body", f"{len(record.raw_body)} bytes as received, {len(record.body)} decoded"),
    ]
