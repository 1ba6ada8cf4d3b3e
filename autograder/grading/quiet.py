"""Environment variables that keep libraries from talking."""

QUIET = {
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
}
"""TensorFlow's log lines off, figures into the notebook."""
