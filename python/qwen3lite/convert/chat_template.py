"""The chat template (Jinja) of a model directory, and the system turn it adds by itself."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from jinja2 import TemplateError

from ..errors import FileError
from ..jinja import template_environment
from .json_file import read_optional_object

SYSTEM_TURN = re.compile(r"<\|im_start\|>system\n(.*?)<\|im_end\|>", re.DOTALL)


def read_chat_template(directory: Path) -> str | None:
    """chat_template.jinja, else `chat_template` of tokenizer_config.json (a list's "default")."""
    path = directory / "chat_template.jinja"
    if path.is_file():
        try:
            return path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise FileError(f"{path}: cannot be read ({error}).") from error
    template = read_optional_object(directory / "tokenizer_config.json").get("chat_template")
    if isinstance(template, list):
        named = [entry for entry in template if isinstance(entry, dict)]
        template = next((e.get("template") for e in named if e.get("name") == "default"), None)
    return template if isinstance(template, str) else None


def default_system(template: str) -> str | None:
    """The system message that `template` puts before a lone user message, None if it adds none.

    None too where the turn is not constant (it holds today's date) or rendering fails: then only
    the whole template describes the chat.
    """
    environment = template_environment(raise_exception=_refuse, strftime_now=_refuse)
    try:
        text = environment.from_string(template).render(
            messages=[{"role": "user", "content": "Hello"}], add_generation_prompt=True
        )
    except Exception:  # a template is somebody's program and may fail in any way
        return None
    turn = SYSTEM_TURN.match(text)
    return turn.group(1) if turn else None


def _refuse(*_: Any) -> str:
    raise TemplateError
