"""Trains the tokenizer of qwen3lite-nano on its own conversations.

    python tools/make_nano_tokenizer.py models/nano

Writes tokenizer.json and tokenizer_config.json of a Hugging Face model directory: byte-level BPE
with Qwen3's normaliser, pre-tokeniser, special tokens and chat template.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers
from tokenizers.processors import ByteLevel
from tokenizers.trainers import BpeTrainer

from nano.mixture import training_items
from nano.render import TEMPLATE, samples
from tiny_tokenizer import QWEN2_PATTERN

N_VOCAB = 4064  # with it the model stays below 4 million parameters
N_CONVERSATIONS = 60_000
CONTROL = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
# As in Qwen3's vocabulary, text that a model may write.
MARKUP = (
    *("<tool_call>", "</tool_call>", "<tool_response>", "</tool_response>"),
    *("<think>", "</think>"),
)


def texts(n: int) -> Iterator[str]:
    """What stands between special tokens, which take no part in merges."""
    special = re.compile("|".join(map(re.escape, (*CONTROL, *MARKUP))))
    for item in islice(training_items("tokenizer"), n):
        for segments in samples(item):
            yield from special.split("".join(segment.text for segment in segments))


def train(n_vocab: int = N_VOCAB, n_conversations: int = N_CONVERSATIONS) -> Tokenizer:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.NFC()
    split = pre_tokenizers.Split(Regex(QWEN2_PATTERN), "isolated")
    by_bytes = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([split, by_bytes])
    tokenizer.post_processor = ByteLevel(trim_offsets=False, use_regex=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = BpeTrainer(
        vocab_size=n_vocab - len(CONTROL) - len(MARKUP),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts(n_conversations), trainer)
    tokenizer.add_special_tokens([AddedToken(t, normalized=False, special=True) for t in CONTROL])
    tokenizer.add_tokens([AddedToken(t, normalized=False, special=False) for t in MARKUP])
    return tokenizer


def config() -> dict[str, Any]:
    """tokenizer_config.json."""
    return {
        "tokenizer_class": "Qwen2Tokenizer",
        "add_bos_token": False,
        "add_prefix_space": False,
        "bos_token": None,
        "eos_token": "<|im_end|>",
        "pad_token": "<|endoftext|>",
        "unk_token": None,
        "errors": "replace",
        "model_max_length": 4096,
        "split_special_tokens": False,
        "clean_up_tokenization_spaces": False,
        "chat_template": TEMPLATE.read_text(encoding="utf-8"),
    }


def write_tokenizer(directory: Path, tokenizer: Tokenizer) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(directory / "tokenizer.json"))
    (directory / "tokenizer_config.json").write_text(
        json.dumps(config(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    write_tokenizer(parser.parse_args().out, train())


if __name__ == "__main__":
    main()
