"""Eight Faces: a deep-learning course in notebooks that grades itself."""

import os

__version__ = "0.1.0"

# Convolutions take up to half the time with oneDNN. TensorFlow leaves it off on processors without
# AVX-512, and reads this when it is imported.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
