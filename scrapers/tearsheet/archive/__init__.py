"""Web archives: exchanges out as WARC 1.1, captures and single records in.

- One gzip member a record, so that any record is read by one range request. The sum of the members is the file.
- Each exchange is a ``response`` and a ``request`` member. Where the response is 2xx and answers a candidate it is a
  *capture*, and a third member follows: a ``metadata`` record, concurrent to the response, whose block is the
  candidate as JSON. Redirect hops, robots, feeds, sitemaps and failures have none.
- The CDXJ index beside a segment is a function of the segment alone: written with it, made again where it is missing.
- Only ``writer`` needs more than the bare install.
"""
