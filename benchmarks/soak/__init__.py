"""A long life of one server, made of random edits and requests, and what is left of it in the end."""
