"""The catalogue: what stands in an archive, as pages in a browser."""
