"""The columns of the two tables, declared once: Arrow type, meaning, unit and counterparts in other vocabularies.

``DOCUMENTS`` and ``ARTICLES`` are Arrow schemas. What a column means travels with it as field metadata (``comment``,
``unit``, ``schema.org``, ``trafilatura``), into the Delta tables, into exported Parquet and into docs/data-format.md.

Columns are added, never renamed or retyped; an added column is nullable, since rows of earlier nights have none.
Delta has no unsigned integers, and its times are microseconds. Lists are never null: what there is none of is empty.
"""

from __future__ import annotations

import pyarrow as pa

STRING = pa.string()
TIME = pa.timestamp("us", tz="UTC")
"""An instant; every time of day in the tables is UTC."""


def _column(
    name: str,
    kind: pa.DataType,
    meaning: str,
    *,
    null: bool = False,
    unit: str | None = None,
    schema_org: str | None = None,
    trafilatura: str | None = None,
) -> pa.Field:
    metadata = {"comment": meaning, "unit": unit, "schema.org": schema_org, "trafilatura": trafilatura}
    return pa.field(name, kind, nullable=null, metadata={key: value for key, value in metadata.items() if value})


def _many(kind: pa.DataType) -> pa.DataType:
    return pa.list_(pa.field("element", kind, nullable=False))


REMOVED = pa.struct(
    [
        _column("text", STRING, "the block as it stood on the page"),
        _column("reason", STRING, "why it was cut: subscription, newsletter, related, repeated …"),
        _column("rule", STRING, "the rule that cut it"),
        _column("position", pa.int32(), "its place among the blocks of the page", unit="blocks, from 0"),
        _column("score", pa.float64(), "how sure the rule was", unit="0 to 1"),
    ]
)
RIGHTS = pa.struct(
    [
        _column("signal", STRING, "what was signalled: noarchive, noai, tdm-reservation …"),
        _column("value", STRING, "its value as it was read"),
        _column("origin", STRING, "where it was read: header, meta, link, linked data or tdmrep.json"),
    ]
)
EVIDENCE = pa.struct(
    [
        _column("field", STRING, "the field of the document that holds the match"),
        _column("offset", pa.int32(), "where the match starts in that field", unit="code points"),
        _column("length", pa.int32(), "how long the match is", unit="code points"),
        _column("words", STRING, "the matched words as they stand there"),
    ]
)

DOCUMENTS = pa.schema(
    [
        _column(
            "document_id",
            STRING,
            "identity of the page: from the canonical form of the URL that was fetched",
            unit="20 hex digits of a SHA-256",
            schema_org="identifier",
        ),
        _column(
            "version_id",
            STRING,
            "identity of the wording: from title and text, white space folded; null for a drop",
            null=True,
            unit="20 hex digits of a SHA-256",
            schema_org="version",
        ),
        _column("collection", STRING, "the collection whose harvest captured the page; a partition"),
        _column("source", STRING, "id of the outlet", schema_org="publisher", trafilatura="sitename"),
        _column("night", STRING, "the run's day in the collection's time zone", unit="YYYY-MM-DD"),
        _column("month", STRING, "the month of the night; a partition", unit="YYYY-MM"),
        _column("url", STRING, "the URL as it was discovered and asked", schema_org="url"),
        _column("final_url", STRING, "the URL that answered, after redirects", trafilatura="url"),
        _column(
            "canonical_url",
            STRING,
            "what the page names as its canonical URL; not the identity, since many pages name another page",
            null=True,
            schema_org="mainEntityOfPage",
        ),
        _column("fetched_at", TIME, "when the response arrived", unit="UTC"),
        _column("indexed_at", TIME, "when the row was extracted from the record", unit="UTC"),
        _column("outcome", STRING, "article, or drop.<reason> for a page that gave no article"),
        _column("title", STRING, "the visible headline", null=True, schema_org="headline", trafilatura="title"),
        _column(
            "standfirst",
            STRING,
            "the paragraph between headline and text",
            null=True,
            schema_org="description",
            trafilatura="description",
        ),
        _column(
            "authors",
            _many(STRING),
            "persons of the byline, in its order; the body that signs where no person does",
            schema_org="author",
            trafilatura="author",
        ),
        _column(
            "agency",
            STRING,
            "the news agencies whose report it is, as the byline or the place line says: dpa; AFP, Reuters",
            null=True,
            schema_org="sourceOrganization",
        ),
        _column(
            "published_at",
            TIME,
            "when the article was first published, as the page says; midnight where it gives a day only",
            null=True,
            unit="UTC",
            schema_org="datePublished",
            trafilatura="date",
        ),
        _column("published_raw", STRING, "the words from which published_at was read", null=True),
        _column("published_has_time", pa.bool_(), "whether the page gives a time of day, not only a day", null=True),
        _column(
            "published_from",
            STRING,
            "where published_raw was read: json_ld, meta, time (element), visible, url, htmldate, a kind of channel",
            null=True,
        ),
        _column(
            "modified_at",
            TIME,
            "when the article was last changed, as the page says",
            null=True,
            unit="UTC",
            schema_org="dateModified",
        ),
        _column(
            "language",
            STRING,
            "language of the text; null where it could not be determined",
            null=True,
            unit="ISO 639 code",
            schema_org="inLanguage",
            trafilatura="language",
        ),
        _column(
            "section",
            STRING,
            "the outlet's own section",
            null=True,
            schema_org="articleSection",
            trafilatura="categories",
        ),
        _column("tags", _many(STRING), "the outlet's own keywords", schema_org="keywords", trafilatura="tags"),
        _column("image", STRING, "URL of the lead picture", null=True, schema_org="image", trafilatura="image"),
        _column(
            "text",
            STRING,
            "the clean text, paragraphs separated by line breaks; null for a drop",
            null=True,
            schema_org="articleBody",
            trafilatura="text",
        ),
        _column("words", pa.int32(), "length of the text", unit="words", schema_org="wordCount"),
        _column("removed", _many(REMOVED), "the ledger: every block that cleaning cut, with its reason"),
        _column(
            "access",
            STRING,
            "open, metered, paywalled or unknown",
            schema_org="isAccessibleForFree",
        ),
        _column("access_evidence", _many(STRING), "what on the page tells its access"),
        _column(
            "rights", _many(RIGHTS), "rights signals as they were read", schema_org="usageInfo", trafilatura="license"
        ),
        _column("channels", _many(STRING), "URLs of the feeds, sitemaps and pages that named this page"),
        _column("warc_file", STRING, "key of the WARC file that holds the record", schema_org="archivedAt"),
        _column("warc_offset", pa.int64(), "where the response record starts in that file", unit="bytes"),
        _column("warc_length", pa.int64(), "length of the record, compressed", unit="bytes"),
        _column("payload_digest", STRING, "digest of the body as received, as in WARC-Payload-Digest"),
        _column("extractor", STRING, "name, version and configuration of what read the page"),
        _column("learned", STRING, "hash of the snapshot of blocks that the source repeats", null=True),
        _column(
            "rules",
            STRING,
            "hash of the rules that the source declares for the day of the fetch; null where there are none",
            null=True,
            unit="SHA-256, 20 hex digits",
        ),
        _column("config", STRING, "hash of the configuration of the night; config/<hash>.json", unit="SHA-256"),
        _column(
            "content_hash",
            STRING,
            "hash of the text's words without case, accents and punctuation: the same in word-for-word copies",
            unit="SHA-256, 20 hex digits",
            null=True,
        ),
        _column(
            "near_hash",
            pa.binary(),
            "MinHash signature of the text; null for short texts",
            null=True,
            trafilatura="fingerprint",
        ),
        _column("schema_version", pa.int32(), "version of these columns"),
    ]
)

ARTICLES = pa.schema(
    [
        *DOCUMENTS,
        _column("topic", STRING, "the topic that selected the article; a partition"),
        _column("query_hash", STRING, "hash of the query that selected it"),
        _column("evidence", _many(EVIDENCE), "what matched the query, and where"),
        _column("cluster_id", STRING, "document_id of the first copy of the same story"),
        _column("copy", STRING, "its part in the cluster: first, version, identical or near"),
    ]
)
