"""Typed errors: each message is one sentence that names the file, key or tensor and the remedy."""


class Qwen3LiteError(Exception):
    """Base of every error that qwen3lite raises on purpose."""


class FileError(Qwen3LiteError):
    """A file or directory that cannot be opened, read or written."""


class ModelFormatError(Qwen3LiteError):
    """A model file whose content contradicts its format: truncated, missing or out of range."""


class UnsupportedModelError(Qwen3LiteError):
    """A well-formed model that qwen3lite has no code for: architecture, format, pre-tokeniser."""


class ContextOverflowError(Qwen3LiteError):
    """More tokens than the sequence's context holds."""


class OverloadedError(Qwen3LiteError):
    """More work than there is room for at the moment: try again later."""


class InvalidArgumentError(Qwen3LiteError, ValueError):
    """An argument outside its documented range."""
