"""How names of files in the data cache end. It imports nothing: sandboxes ask before they start."""

ARRAYS = ".arrays"
"""Arrays by name, as ``data_scripts.cache`` keeps them."""

PIXELS = ".pixels"
"""Pictures that are mapped, as ``data_scripts.mapped`` keeps them."""

HASHES = ".json"
"""Hashes of the course's weights, as ``autograder.transport.known`` keeps them."""

KEPT = (ARRAYS, PIXELS, HASHES)
"""All that a process would make anew if it did not see it; locks and parts are none of it."""
