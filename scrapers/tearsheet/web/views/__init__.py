"""The pages, each a router and a function from the catalogue to what its template shows."""
