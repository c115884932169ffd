"""A small invented press on loopback, and two nights of it through the real DAGs: what ``make demo`` shows."""
