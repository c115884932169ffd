"""One module a page: a router, and a function from the archive to what the page shows."""
