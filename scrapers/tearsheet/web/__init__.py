"""The catalogue: the archive as pages, rendered on the server and readable without JavaScript.

    from tearsheet.web.app import create_app

    app = create_app(tearsheet.open())

- A page is a function from the ``Catalogue`` to a frozen dataclass, and a template that shows it (``views/``).
- What pages count and list is kept in memory and made again when the table has changed (``snapshot``); an article's
  text is read when it is asked for.
- Nothing comes from another host, and what strangers wrote is text (``security``, ``rendering``).
"""
