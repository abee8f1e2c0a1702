"""A model's chat template: messages to the token ids of a prompt.

Special tokens of the template become their ids; those that a caller's text spells stay text. While
the template runs, a noncharacter stands inside each of the latter, so that they differ from the
template's own: the rendered prompt is cut at the tokens that are still whole, and the text between
them, the noncharacter removed, is encoded with special tokens off.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, NoReturn

from . import _core
from .errors import InvalidArgumentError, ModelFormatError
from .results import Message
from .thinking import OPEN

TEMPLATE_KEY = "tokenizer.chat_template"
CHATML = (
    "{% for message in messages %}"
    "{{ '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' }}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)
# Variables that templates know special tokens by, and the metadata that holds their ids.
TOKEN_VARIABLES = {
    "bos_token": "tokenizer.ggml.bos_token_id",
    "eos_token": "tokenizer.ggml.eos_token_id",
    "unk_token": "tokenizer.ggml.unknown_token_id",
    "pad_token": "tokenizer.ggml.padding_token_id",
}
FIRST_NONCHARACTER = 0xFDD0

Messages = Sequence[Mapping[str, Any] | Message]
Tools = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class ChatPrompt:
    """A rendered chat: its ids, and whether it ends within the answer's thinking."""

    ids: list[int]
    thinking: bool


class SpecialTexts:
    """A set of special tokens, to be found in text or broken there."""

    def __init__(self, texts: Sequence[str]) -> None:
        # One character cannot be broken; no model of these families has such a special token.
        self._texts = [text for text in texts if len(text) > 1]
        longest_first = sorted(self._texts, key=len, reverse=True)
        self._any = "|".join(map(re.escape, longest_first)) or r"(?!)"
        self._split = re.compile(f"({self._any})")
        self._start = re.compile(f"(?=(?:{self._any}))(.)", re.DOTALL)
        self._longest = max(map(len, self._texts), default=0)

    def split(self, text: str) -> list[str]:
        """The parts of `text`: every second one is a special token."""
        return self._split.split(text)

    def break_up(self, text: str, mark: str) -> str:
        """`text` with `mark` within each special token, also one that its end may begin.

        (A template may join two texts. Ends in letters are exempt: those are words, and roles.)
        """
        head = max(0, len(text) - self._longest + 1)
        tail = "".join(
            text[i] + mark if self._begins_with(text[i:]) else text[i]
            for i in range(head, len(text))
        )
        return self._start.sub(lambda match: match[1] + mark, text[:head] + tail)

    def _begins_with(self, end: str) -> bool:
        return not end[0].isalnum() and any(text.startswith(end) for text in self._texts)


class ChatTemplate:
    """The chat template of a loaded file, ChatML where it has none. Use from any thread."""

    def __init__(self, engine: _core.Engine) -> None:
        self._tokenizer = engine.tokenizer
        source = engine.metadata_string(TEMPLATE_KEY)
        self._prefix = [] if source else bos_ids(engine.tokenizer)
        special = engine.special_tokens()
        n_vocab = engine.tokenizer.n_vocab  # beyond it are writers' "none"
        self._ids = {text: token for text, token, _ in special}
        self._all = SpecialTexts(list(self._ids))
        # A model may have written its user-defined tokens, <think> say, but none that control it.
        self._control = SpecialTexts([text for text, _, is_control in special if is_control])
        self._variables = {
            name: engine.tokenizer.piece(int(token)).decode("utf-8", "replace")
            for name, key in TOKEN_VARIABLES.items()
            if (token := engine.metadata_number(key)) is not None and token < n_vocab
        }
        self._template = _compile(source or CHATML)

    def encode(
        self, messages: Messages, enable_thinking: bool | None, tools: Tools | None
    ) -> ChatPrompt:
        """The prompt that asks for the next answer.

        In messages of the assistant, special tokens that are not control tokens keep their meaning
        (a history may hold <think> and <tool_call>); in all other text none does. Throws
        InvalidArgumentError when the template refuses the messages.
        """
        text, mark = self._render(messages, enable_thinking, tools)
        ids = list(self._prefix)
        for i, part in enumerate(self._all.split(text)):
            if i % 2:
                ids.append(self._ids[part])
            elif part:
                ids += self._tokenizer.encode(part.replace(mark, ""), parse_special=False)
        return ChatPrompt(ids, text.rstrip().endswith(OPEN))

    def _render(
        self, messages: Messages, enable_thinking: bool | None, tools: Tools | None
    ) -> tuple[str, str]:
        given = list(messages)
        if isinstance(messages, Mapping) or any(isinstance(each, str) for each in given):
            raise InvalidArgumentError(
                'messages are a list, as in [{"role": "user", "content": "Hello"}]; generate()'
                " completes a text."
            )
        plain = _plain_json([given, None if tools is None else list(tools)])
        mark = next(c for c in map(chr, range(FIRST_NONCHARACTER, 0x110000)) if c not in plain)
        turns, definitions = json.loads(plain)
        options = {} if enable_thinking is None else {"enable_thinking": enable_thinking}
        try:
            text = self._template.render(
                messages=[self._break_message(turn, mark) for turn in turns],
                tools=_break_value(definitions, self._all, mark),
                add_generation_prompt=True,
                **self._variables,
                **options,
            )
        except Exception as error:  # a template is somebody's program and may fail in any way
            raise InvalidArgumentError(
                f"the model's chat template does not take these messages ({error})."
            ) from error
        return text, mark

    def _break_message(self, message: Any, mark: str) -> Any:
        is_own = isinstance(message, dict) and message.get("role") == "assistant"
        return _break_value(message, self._control if is_own else self._all, mark)


def bos_ids(tokenizer: _core.Tokenizer) -> list[int]:
    """The ids that start every text: BOS where the file asks for it, else none."""
    return [tokenizer.bos] if tokenizer.add_bos and tokenizer.bos is not None else []


def _break_value(value: Any, special: SpecialTexts, mark: str) -> Any:
    if isinstance(value, str):
        return special.break_up(value, mark)
    if isinstance(value, list):
        return [_break_value(item, special, mark) for item in value]
    if isinstance(value, dict):
        broken = {k: _break_value(v, special, mark) for k, v in value.items()}
        return {special.break_up(k, mark): v for k, v in broken.items()}
    return value


def _plain_json(value: Any) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, default=_message_dict)
    except (TypeError, ValueError) as error:
        raise InvalidArgumentError(f"messages and tools must be JSON data ({error}).") from error


def _message_dict(value: Any) -> dict[str, Any]:
    if isinstance(value, Message):
        return asdict(value)
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"found a {type(value).__name__}")


def _compile(source: str) -> Any:
    """The Jinja template set up as transformers does: whitespace rules, filters, functions."""
    from jinja2 import TemplateError, TemplateSyntaxError

    from .jinja import template_environment

    def raise_exception(message: str) -> NoReturn:
        raise TemplateError(message)

    environment = template_environment(
        raise_exception=raise_exception,
        strftime_now=lambda format: datetime.now().strftime(format),
    )
    environment.filters["tojson"] = _to_json
    try:
        return environment.from_string(source)
    except TemplateSyntaxError as error:
        raise ModelFormatError(
            f"the file's {TEMPLATE_KEY} is not valid Jinja ({error}); complete raw text with"
            " generate(), or convert the model again."
        ) from error


def _to_json(
    value: Any,
    ensure_ascii: bool = False,
    indent: int | None = None,
    separators: tuple[str, str] | None = None,
    sort_keys: bool = False,
) -> str:
    """Jinja's own filter would escape HTML."""
    return json.dumps(
        value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys
    )
