"""Eight Faces: a deep-learning course in notebooks that grades itself."""

__version__ = "0.1.0"
