"""Reading Keras models, comparing them with a table, and saying what differs."""
