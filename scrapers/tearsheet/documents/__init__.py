"""From captures to document rows: extract, clean, and one staged Parquet file a WARC segment.

A row is a function of the capture's record, the installed extractor, the site's learned snapshot and the rules that its
source declared when the night was planned, so that the nightly run, re-extraction of old nights and the import of
foreign WARCs are one code path.

Nothing is imported here, because this package is what an extraction process starts from.
"""
