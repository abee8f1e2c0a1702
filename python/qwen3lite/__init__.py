"""Qwen3 language models on CPUs.

from qwen3lite import Model

model = Model.nano()
print(model.chat([{"role": "user", "content": "Hello!"}]).message.content)
"""

from .errors import (
    ContextOverflowError,
    FileError,
    InvalidArgumentError,
    ModelFormatError,
    OverloadedError,
    Qwen3LiteError,
    UnsupportedModelError,
)
from .model import Model, ModelInfo
from .results import (
    ChatCompletion,
    ChatPiece,
    Completion,
    Message,
    Timings,
    TokenLogprob,
    TokenLogprobs,
)

__all__ = [
    "ChatCompletion",
    "ChatPiece",
    "Completion",
    "ContextOverflowError",
    "FileError",
    "InvalidArgumentError",
    "Message",
    "Model",
    "ModelFormatError",
    "ModelInfo",
    "OverloadedError",
    "Qwen3LiteError",
    "Timings",
    "TokenLogprob",
    "TokenLogprobs",
    "UnsupportedModelError",
]
