"""What the press shows today: feeds, sitemaps, front and section pages read, and the URLs to ask chosen from them.

Pure functions of bytes: nothing here asks the network. A body that is not what it claims to be raises ``RecordError``.
"""
