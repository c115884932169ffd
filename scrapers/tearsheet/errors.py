"""Everything Tearsheet raises on purpose, named for what the reader of the message should do.

TearsheetError
├── ConfigError            mend a YAML file or a setting             exit 3
│   └── QueryError         mend a topic's query
├── StorageError           mend the store, its keys or its rights    exit 4
│   ├── ObjectMissing      the key is not there
│   ├── ObjectExists       the key was written by somebody else: objects are written once
│   └── ObjectChanged      the object is no longer what its writer had read
├── RecordError            a WARC record or page cannot be read: recorded, never fatal to a night
├── InvariantError         publishing refused: the night's numbers do not add up    exit 5
├── ExpectationError       published, but a source missed what it was expected to give    exit 6
├── BusyError              another run holds this night or file      exit 7
├── RemainsError           what was taken down still stands somewhere: run the take-down again
├── WithdrawnError         a release was taken down: use its successor
├── WithheldError          the page may not be shown: its site says so, or it was taken down
├── FetchError             the crawl itself could not run            exit 8
├── ExtractError           extraction itself could not run           exit 9
└── AuditError             the archive does not hold what it says    exit 10

Beside the tree stands Stopped (exit 143): somebody asked the process to end, and no handler of errors may keep it.

Each message names the thing, the place (file, line, key, URL) and the mend, and holds no credentials
(``redaction``). All survive pickling, so that they cross process borders whole.
"""

from __future__ import annotations

from typing import ClassVar

from tearsheet.redaction import redacted


class TearsheetError(Exception):
    """Root of the tree; ``exit_code`` is what the command line ends with."""

    exit_code: ClassVar[int] = 1

    def __init__(self, *told: object) -> None:
        super().__init__(*(redacted(each) if isinstance(each, str) else each for each in told))


class ConfigError(TearsheetError):
    """A configuration file, setting or argument is wrong; the message says where and what would be right."""

    exit_code = 3


class QueryError(ConfigError):
    """A query cannot be parsed or uses what the language has not; the message gives the position."""


class StorageError(TearsheetError):
    """The object store refused, failed or is unreachable."""

    exit_code = 4


class ObjectMissing(StorageError):
    """No object stands at this key."""


class ObjectExists(StorageError):
    """Another object stands at a key that is written once."""


class ObjectChanged(StorageError):
    """An object that was to be replaced has been replaced, or deleted, by another writer."""


class RecordError(TearsheetError):
    """A WARC record, response body or page cannot be read as what it claims to be."""


class InvariantError(TearsheetError):
    """Publishing was refused because the night would contradict itself."""

    exit_code = 5


class ExpectationError(TearsheetError):
    """The night is published, and at least one source gave less than it was expected to."""

    exit_code = 6


class BusyError(TearsheetError):
    """Another run of the same night, or into the same file, is under way."""

    exit_code = 7


class RemainsError(TearsheetError):
    """Something that was taken down, or a phrase that was looked for, still stands in the store."""


class WithdrawnError(TearsheetError):
    """A release was taken down; the message says when and why, and names its successor."""


class WithheldError(TearsheetError):
    """A captured page is not shown: its site asks for no copies, or it was taken down."""


class FetchError(TearsheetError):
    """The crawling process could not be started or ended without its report."""

    exit_code = 8


class ExtractError(TearsheetError):
    """No extraction process could be started."""

    exit_code = 9


class AuditError(TearsheetError):
    """The archive does not hold what it says it holds: an audit, or the proof of an article, found it."""

    exit_code = 10


class Stopped(BaseException):
    """SIGTERM came: what runs ends in order. No ``Exception``, so that nothing takes it for a failure of its own."""

    exit_code: ClassVar[int] = 143
