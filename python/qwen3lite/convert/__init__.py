"""Hugging Face checkpoints (safetensors) to GGUF files, without torch and in little memory."""

import logging

from .converter import TYPES, convert

logging.getLogger(__name__).addHandler(logging.NullHandler())  # notes are the program's to show

__all__ = ["TYPES", "convert"]
