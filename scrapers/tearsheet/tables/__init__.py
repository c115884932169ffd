"""The two Delta tables: ``documents``, one row a capture, and ``articles``, what each topic selected of them."""
