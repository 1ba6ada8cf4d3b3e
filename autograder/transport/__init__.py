"""Values of a notebook as files that hold data and nothing else.

A message is a folder with ``values.json`` and, where arrays are new, ``arrays.safetensors``. The
student's process writes (`autograder.transport.export`), a process that has never run a student's
code reads (`autograder.transport.read`) and believes nothing that the files say.
"""
