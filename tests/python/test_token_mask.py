"""token_mask: which tokens a request may have."""

from __future__ import annotations

import asyncio
import gc
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Callable, Collection

import numpy as np
import numpy.typing as npt
import pytest

from qwen3lite import InvalidArgumentError, Model

Bitmask = npt.NDArray[np.uint32]


class Only:
    """Allows some tokens, and remembers what came."""

    def __init__(self, ids: Collection[int]) -> None:
        self.ids = np.array(sorted(ids), np.int64)
        self.told: list[int] = []
        self.sizes: set[int] = set()

    def fill_bitmask(self, bitmask: Bitmask) -> None:
        self.sizes.add(len(bitmask))
        assert not bitmask.any()
        np.bitwise_or.at(bitmask, self.ids // 32, np.uint32(1) << (self.ids % 32).astype(np.uint32))

    def accept_token(self, token_id: int) -> bool | None:
        self.told.append(token_id)
        return None


class Failing(Only):
    def fill_bitmask(self, bitmask: Bitmask) -> None:
        if len(self.told) == 3:
            raise ZeroDivisionError("in the mask")
        super().fill_bitmask(bitmask)


class FailingLater(Only):
    def accept_token(self, token_id: int) -> bool | None:
        if len(self.told) == 2:
            raise ZeroDivisionError("in the mask")
        return super().accept_token(token_id)


def digits(model: Model) -> list[int]:
    return [i for i in range(model.info.n_vocab) if model.detokenize([i]).isdecimal()]


def test_only_digits(smollm2: Model) -> None:
    mask = Only(digits(smollm2))
    completion = smollm2.generate("The answer is ", token_mask=mask, max_tokens=20)
    assert completion.text.isdecimal()
    assert mask.told == completion.token_ids
    assert len(mask.told) == 20
    assert mask.sizes == {-(-smollm2.info.n_vocab // 32)}


def test_each_of_several_has_its_own(tiny: Model) -> None:
    found: dict[int, list[int]] = {}

    def run(i: int) -> None:
        mask = Only(range(20 * i, 20 * i + 5))
        found[i] = tiny.generate("hello", token_mask=mask, max_tokens=30).token_ids

    threads = [threading.Thread(target=run, args=(i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    free = tiny.generate("hello", max_tokens=30).token_ids
    for thread in threads:
        thread.join()
    for i, ids in found.items():
        assert len(ids) == 30
        assert all(20 * i <= id < 20 * i + 5 for id in ids)
    assert free == tiny.generate("hello", max_tokens=30).token_ids


def test_no_restriction_and_the_end(tiny: Model) -> None:
    class Free(Only):
        def fill_bitmask(self, bitmask: Bitmask) -> bool:  # type: ignore[override]
            return False

        def accept_token(self, token_id: int) -> bool:
            self.told.append(token_id)
            return len(self.told) < 4

    completion = tiny.generate("hello", token_mask=Free([]), max_tokens=30)
    assert completion.token_ids == tiny.generate("hello", max_tokens=4).token_ids
    assert completion.finish_reason == "stop"
    assert completion.timings.n_decode_steps == 3


@pytest.mark.parametrize("kind", [Failing, FailingLater])
def test_what_it_raises_ends_its_request_alone(tiny: Model, kind: Callable[..., Only]) -> None:
    other = tiny.generate("hello", max_tokens=50, stream=True)
    first = next(other)
    with pytest.raises(ZeroDivisionError, match="in the mask") as caught:
        tiny.generate("hello", token_mask=kind(range(100)), max_tokens=50)
    assert caught.traceback[-1].name in ("fill_bitmask", "accept_token")
    assert first + "".join(other) == tiny.generate("hello", max_tokens=50).text
    with pytest.raises(ZeroDivisionError):
        asyncio.run(tiny.agenerate("hello", token_mask=kind(range(100)), max_tokens=50))


def test_bad_masks(tiny: Model) -> None:
    with pytest.raises(InvalidArgumentError, match="allow at least one token"):
        tiny.generate("hello", token_mask=Only([]))
    with pytest.raises(AttributeError, match="fill_bitmask"):
        tiny.generate("hello", token_mask=object())  # type: ignore[arg-type]


def test_sessions_and_chats(tiny: Model) -> None:
    mask = Only([97])
    assert tiny.session().generate("hello", token_mask=mask, max_tokens=5).text == "aaaaa"
    messages = [{"role": "user", "content": "hello"}]
    answer = tiny.chat(messages, token_mask=Only([98]), max_tokens=5)
    assert answer.message.content == "bbbbb"


def comes_true(condition: Callable[[], bool]) -> bool:
    for _ in range(1000):
        if condition():
            return True
        time.sleep(0.01)
    return False


def test_a_cancelled_request_lets_go_of_it(tiny: Model) -> None:
    mask = Only(range(100))
    watched = weakref.ref(mask)
    pieces = tiny.generate("hello", token_mask=mask, max_tokens=200, stream=True)
    next(pieces)
    del mask
    pieces.close()
    assert comes_true(lambda: gc.collect() >= 0 and watched() is None)


END = """
import sys
from qwen3lite import Model

class Mask:
    def fill_bitmask(self, bitmask):
        bitmask[:] = 2**32 - 1
    def accept_token(self, token_id):
        pass

model = Model(sys.argv[1])
mask = Mask()
mask.model = model
if sys.argv[2] == "holder":  # the engine's thread is the last to hold the model
    for _ in range(20):
        pieces = model.generate("hello", token_mask=mask, max_tokens=100, stream=True)
        next(pieces)
        del model, mask
        pieces.close()
        del pieces
        model = Model(sys.argv[1])
        mask = Mask()
        mask.model = model
pieces = model.generate("hello", token_mask=mask, max_tokens=200, stream=True)
next(pieces)
"""


@pytest.mark.parametrize("how", ["exit", "holder"])
def test_a_program_ends_while_it_is_asked(tiny: Model, how: str) -> None:
    for _ in range(3):
        words = [sys.executable, "-c", END, str(tiny.path), how]
        done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=120)
        assert (done.returncode, done.stderr) == (0, "")
