"""What every request passes on its way to the network, and every response on its way back.

From the engine to the downloader: ``guard`` (no contact, no stranger's host), ``robots`` (RFC 9309), ``backoff``
(Retry-After, retries that end), ``guard`` again (no address that is neither public nor opened), ``proxy``, ``pace``
(one request at a time a site, a delay between), ``archive`` (each exchange into WARC). A middleware that refuses a
request raises ``NoAnswer`` with the outcome its candidate ends with.
"""
