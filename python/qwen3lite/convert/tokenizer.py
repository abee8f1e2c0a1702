"""tokenizer.json (byte-level BPE) and its companions as `tokenizer.*` metadata."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gguf.constants import Keys, TokenType

from ..errors import FileError, ModelFormatError, UnsupportedModelError
from .chat_template import default_system, read_chat_template
from .json_file import read_object, read_optional_object
from .metadata import KeyValue, boolean, int32s, string, strings, uint32
from .model_config import ModelConfig
from .pretokenizers import pretokenizer_name

DEFAULT_SYSTEM_KEY = "q3l.chat.default_system"

SPECIAL_IDS = {
    "bos": Keys.Tokenizer.BOS_ID,
    "eos": Keys.Tokenizer.EOS_ID,
    "unk": Keys.Tokenizer.UNK_ID,
    "pad": Keys.Tokenizer.PAD_ID,
}
# Texts that end a turn, the first one in the vocabulary counts.
END_OF_TURN = ("<|im_end|>", "<|eot_id|>", "<|end|>", "<end_of_turn>")


class HfTokenizer:
    """The vocabulary of a model directory, checked against the model's size."""

    def __init__(self, directory: Path, n_vocab: int) -> None:
        self.path = directory / "tokenizer.json"
        if not self.path.is_file():
            raise FileError(
                f"{directory}: has no tokenizer.json; save its tokenizer with"
                " AutoTokenizer.from_pretrained(...).save_pretrained(...)."
            )
        self._raw = read_object(self.path)
        self.config = read_optional_object(directory / "tokenizer_config.json")
        self._model = self._checked_model()
        self.pre = pretokenizer_name(self.path, self._raw)
        self.added = self._added_tokens()
        self.tokens, self.kinds = self._vocabulary(n_vocab)

    def merges(self) -> list[str]:
        """ "left right", most frequent first; tokenizer.json holds strings or pairs."""
        merges = self._model.get("merges")
        if not isinstance(merges, list) or not merges:
            raise ModelFormatError(f"{self.path}: has no BPE merges; download it again.")
        texts = [" ".join(map(str, m)) if isinstance(m, list) else str(m) for m in merges]
        for text in texts:
            if text.count(" ") != 1:
                raise ModelFormatError(f"{self.path}: merge {text!r} is not a pair of tokens.")
        return texts

    def special_id(self, kind: str) -> int | None:
        """The id of tokenizer_config.json's `<kind>_token`, None when it names none."""
        value = self.config.get(f"{kind}_token")
        text = value.get("content") if isinstance(value, dict) else value
        return self.find(text) if isinstance(text, str) else None

    def find(self, text: str) -> int | None:
        if text in self.added:
            return self.added[text][0]
        found = self._model["vocab"].get(text)
        return found if isinstance(found, int) else None

    def adds_bos(self) -> bool:
        """Whether encoding starts with BOS: tokenizer_config.json, else the post-processor."""
        flag = self.config.get("add_bos_token")
        if isinstance(flag, bool):
            return flag
        for step in _post_processors(self._raw.get("post_processor")):
            single = step.get("single")
            if step.get("type") == "TemplateProcessing" and isinstance(single, list) and single:
                return isinstance(single[0], dict) and "SpecialToken" in single[0]
        return False

    def _checked_model(self) -> dict[str, Any]:
        model = self._raw.get("model")
        if not isinstance(model, dict) or not isinstance(model.get("vocab"), dict):
            raise ModelFormatError(f"{self.path}: has no model with a vocab; download it again.")
        refused = {
            "model type": model.get("type", "BPE") != "BPE",
            "byte_fallback": bool(model.get("byte_fallback")),
            "continuing_subword_prefix": bool(model.get("continuing_subword_prefix")),
            "end_of_word_suffix": bool(model.get("end_of_word_suffix")),
        }
        for name, is_refused in refused.items():
            if is_refused:
                raise UnsupportedModelError(
                    f"{self.path}: {name} is not that of byte-level BPE, the only tokeniser"
                    " supported."
                )
        return model

    def _added_tokens(self) -> dict[str, tuple[int, bool]]:
        """Text -> (id, special), of tokenizer_config.json and, overriding it, tokenizer.json."""
        decoder = self.config.get("added_tokens_decoder") or {}
        try:
            entries = [(int(key), entry) for key, entry in decoder.items()]
            entries += [(entry["id"], entry) for entry in self._raw.get("added_tokens") or []]
            return {str(entry["content"]): (i, bool(entry["special"])) for i, entry in entries}
        except (TypeError, KeyError, ValueError, AttributeError) as error:
            raise ModelFormatError(f"{self.path}: an added token is damaged ({error}).") from error

    def _vocabulary(self, n_vocab: int) -> tuple[list[str], list[int]]:
        """Text and kind of each id below `n_vocab`; ids without a token become unused padding."""
        tokens = [f"[PAD{i}]" for i in range(n_vocab)]
        kinds = [int(TokenType.UNUSED)] * n_vocab
        normal = ((text, i, TokenType.NORMAL) for text, i in self._model["vocab"].items())
        added = (
            (text, i, TokenType.CONTROL if special else TokenType.USER_DEFINED)
            for text, (i, special) in self.added.items()
        )
        for text, i, kind in (*normal, *added):
            if type(i) is not int or not 0 <= i < n_vocab:
                raise ModelFormatError(
                    f"{self.path}: token {text!r} has id {i!r}, but config.json's vocab_size is"
                    f" {n_vocab}; use the tokenizer that belongs to this model."
                )
            if kinds[i] != TokenType.UNUSED and tokens[i] != text:
                raise ModelFormatError(
                    f"{self.path}: tokens {tokens[i]!r} and {text!r} share id {i};"
                    " download it again."
                )
            tokens[i], kinds[i] = text, int(kind)
        return tokens, kinds


def tokenizer_metadata(directory: Path, config: ModelConfig) -> list[KeyValue]:
    """All entries under `tokenizer.`, and the project's own default system turn."""
    tokenizer = HfTokenizer(directory, config.n_vocab)
    entries = [
        string(Keys.Tokenizer.MODEL, "gpt2"),
        string(Keys.Tokenizer.PRE, tokenizer.pre),
        strings(Keys.Tokenizer.LIST, tokenizer.tokens),
        int32s(Keys.Tokenizer.TOKEN_TYPE, tokenizer.kinds),
        strings(Keys.Tokenizer.MERGES, tokenizer.merges()),
    ]
    ids = _special_ids(tokenizer, config)
    entries += [uint32(key, value) for key, value in ids.items()]
    adds_bos = Keys.Tokenizer.BOS_ID in ids and tokenizer.adds_bos()
    entries.append(boolean(Keys.Tokenizer.ADD_BOS, adds_bos))
    template = read_chat_template(directory)
    if template:
        entries.append(string(Keys.Tokenizer.CHAT_TEMPLATE, template))
        system = default_system(template)
        if system is not None:
            entries.append(string(DEFAULT_SYSTEM_KEY, system))
    return entries


def _special_ids(tokenizer: HfTokenizer, config: ModelConfig) -> dict[str, int]:
    """The tokenizer's word first, config.json's where it is silent."""
    ids = {}
    for kind, key in SPECIAL_IDS.items():
        found = tokenizer.special_id(kind)
        if found is None:
            found = next(iter(config.integers(f"{kind}_token_id")), None)
        if found is not None and 0 <= found < config.n_vocab:
            ids[key] = found
    end = next((i for i in map(tokenizer.find, END_OF_TURN) if i is not None), None)
    if end is not None:
        ids[Keys.Tokenizer.EOT_ID] = end
    return ids


def _post_processors(spec: Any) -> list[dict[str, Any]]:
    if not isinstance(spec, dict):
        return []
    parts = spec.get("processors")
    if spec.get("type") == "Sequence" and isinstance(parts, list):
        return [step for part in parts for step in _post_processors(part)]
    return [spec]
