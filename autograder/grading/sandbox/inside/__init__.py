"""What runs in the sandbox of a warm parent: shown there by itself, made of Python's own library.

`parent` waits for requests and forks; `confine` shuts a fork off as a `plan` says; `system` calls
Linux.
"""
