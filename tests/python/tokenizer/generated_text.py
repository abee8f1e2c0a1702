"""Seeded strings of many scripts and habits, the same on every machine."""

import random


def chars(*ranges: tuple[int, int]) -> list[str]:
    return [chr(c) for first, last in ranges for c in range(first, last + 1)]


SCRIPTS: dict[str, list[str]] = {
    "ascii": chars((0x20, 0x7E)),
    "latin": chars((0x41, 0x5A), (0x61, 0x7A), (0xA0, 0x24F), (0x1E00, 0x1EFF)),
    "cyrillic": chars((0x400, 0x52F)),
    "greek": chars((0x370, 0x3FF), (0x1F00, 0x1FFF)),
    "arabic": chars((0x600, 0x6FF), (0xFB50, 0xFDFF)),
    "hebrew": chars((0x591, 0x5F4), (0xFB1D, 0xFB4F)),
    "devanagari": chars((0x900, 0x97F)),
    "thai": chars((0xE01, 0xE5B)),
    "hangul": chars((0xAC00, 0xD7A3)),
    "jamo": chars((0x1100, 0x11FF), (0xAC00, 0xAC1B)),
    "kana": chars((0x3041, 0x30FF), (0xFF61, 0xFF9F)),
    "han": chars((0x4E00, 0x9FFF), (0xF900, 0xFAD9), (0x20000, 0x200FF), (0x3000, 0x3011)),
    "emoji": [*chars((0x1F300, 0x1F6FF), (0x1F1E6, 0x1F1FF), (0x2600, 0x26FF)), "\u200d", "\ufe0f"],
    "zwj": ["\U0001f468\u200d\U0001f469\u200d\U0001f467", "\u2764\ufe0f", "\u200d", "a"],
    "marks": [*chars((0x300, 0x36F), (0x1DC0, 0x1DFF), (0x1D165, 0x1D172)), *"aeiouEAz"],
    "private": chars((0xE000, 0xE0FF), (0xF0000, 0xF00FF)),
    "replacement": ["\ufffd", "a", " ", "中"],
    "spaces": [*" \t\u00a0\u3000\u0085\u2003\u200b", "          ", "a", "1"],
    "newlines": ["\n", "\r", "\r\n", " \n", "\n ", "\u2028", "x", "."],
    "digits": [*"0123456789", *chars((0x660, 0x669), (0x966, 0x96F)), *"½Ⅷ五²", ".", ","],
    "contractions": [*"'sStTmMdD\u017f\u212a", "'re", "'VE", "'lL", "\u2019s", " ", "x"],
    "code": ["def ", "    ", "return", "()", "{", "};", "\n", "//", "x_1", "->", "!=", "0x", "\t"],
    "specials": ["<|im_start|>", "<think>", "</think>", "\n\n", "<|", "|>", "<", "user", "é"],
}


def generated(script: str, n: int, seed: int = 0) -> list[str]:
    """Strings of one script, half of them mixed with a second one."""
    rng = random.Random(f"{script} {seed}")
    strings = []
    for _ in range(n):
        pools = [SCRIPTS[script]]
        if rng.random() < 0.5:
            pools.append(SCRIPTS[rng.choice(list(SCRIPTS))])
        length = rng.choice([2, 8, 30, 120])
        strings.append("".join(rng.choice(rng.choice(pools)) for _ in range(length)))
    return strings
