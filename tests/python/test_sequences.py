"""Many requests on one model: threads, asyncio, sessions, shared beginnings."""

from __future__ import annotations

import asyncio
import resource
import threading
import time
import weakref
from pathlib import Path
from typing import Any

import pytest

from qwen3lite import FileError, Model, ModelFormatError, OverloadedError
from qwen3lite.results import consume
from soak import soak

PROMPT = "The quick brown fox jumps over the lazy dog. " * 4


@pytest.fixture(scope="module")
def model() -> Model:
    return Model("smollm2", n_threads=2, n_ctx=512)


@pytest.fixture(scope="module")
def answers(model: Model) -> list[str]:
    return [model.generate(prompt, max_tokens=12).text for prompt in prompts()]


def prompts() -> list[str]:
    return [PROMPT + f"{i} foxes" for i in range(8)]


def endless(model: Model) -> dict[str, Any]:
    """Options of a text that its model does not end."""
    return {"logit_bias": {model.tokenize("<|im_end|>")[0]: -99}}


def test_threads_get_what_each_gets_alone(model: Model, answers: list[str]) -> None:
    found: dict[int, str] = {}

    def run(i: int) -> None:
        found[i] = model.generate(prompts()[i], max_tokens=12).text

    before = model.statistics
    threads = [threading.Thread(target=run, args=(i,)) for i in range(len(answers))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [found[i] for i in range(len(answers))] == answers
    after = model.statistics
    n_rows = after.n_rows - before.n_rows
    assert n_rows / (after.n_steps - before.n_steps) > 2  # they shared steps
    assert after.n_reused_tokens > before.n_reused_tokens
    assert after.n_active == after.n_queued == 0


def test_chats_that_come_and_go(tiny: Model) -> None:
    """A short form of tools/soak.py, whose figures need more than this to settle."""
    report = soak(tiny.path, n_threads=4, n_chats=20)
    assert report.errors == []
    assert report.n_complete > 60
    assert report.growth < 0.1
    assert max(report.n_pages) > 0.7 * report.max_pages


def test_a_stream_that_nobody_reads_waits(tiny: Model) -> None:
    """It runs ahead by a bounded number of tokens, and disturbs nobody."""
    model = Model(tiny.path)  # whose statistics are of this test alone
    options: dict[str, Any] = {"max_tokens": 1500, **endless(model)}
    slow = model.generate("hello", stream=True, **options)
    text = next(slow)
    for _ in range(500):
        time.sleep(0.01)
        if model.statistics.n_active == 0:
            break
    statistics = model.statistics
    assert statistics.n_rows <= statistics.n_prompt_tokens + 256  # the prompt's token was read
    other = model.generate("good day", **options)
    assert other.timings.n_generated == 1500
    assert model.statistics.n_queued == 1
    assert text + "".join(slow) == model.generate("hello", **options).text


def test_asyncio(model: Model, answers: list[str]) -> None:
    async def all_of_them() -> list[str]:
        tasks = [model.agenerate(prompt, max_tokens=12) for prompt in prompts()]
        return [completion.text for completion in await asyncio.gather(*tasks)]

    async def pieces() -> str:
        return "".join([piece async for piece in model.astream(prompts()[0], max_tokens=12)])

    async def chat() -> tuple[str, str]:
        messages = [{"role": "user", "content": "Hi"}]
        whole = await model.achat(messages, max_tokens=8, temperature=0.0)
        stream = model.achat_stream(messages, max_tokens=8, temperature=0.0)
        return whole.message.content, "".join([piece.content async for piece in stream])

    assert asyncio.run(all_of_them()) == answers
    assert asyncio.run(pieces()) == answers[0]
    whole, joined = asyncio.run(chat())
    assert whole == joined


def test_cancelling_a_task_ends_its_generation(model: Model) -> None:
    async def cancelled() -> None:
        task = asyncio.ensure_future(model.agenerate(PROMPT, max_tokens=400))
        while model.statistics.n_active == 0:
            await asyncio.sleep(0.001)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        for _ in range(500):
            if model.statistics.n_active == 0:
                return
            await asyncio.sleep(0.01)
        pytest.fail("it goes on")

    asyncio.run(cancelled())


def test_closing_a_stream_of_asyncio_ends_its_generation(tiny: Model) -> None:
    async def closed() -> list[str]:
        stream = tiny.astream("hello", max_tokens=4000, **endless(tiny))
        pieces = [await anext(stream)]
        await stream.aclose()
        for _ in range(500):
            if tiny.statistics.n_active == 0:
                return pieces
            time.sleep(0.01)  # nothing else runs: the generation has ended by itself
        pytest.fail("it goes on")

    assert asyncio.run(closed())


def test_closing_a_stream_before_its_first_piece_ends_its_generation(tiny: Model) -> None:
    before = tiny.statistics.n_active
    stream = tiny.generate("hello", max_tokens=10**6, slide=True, stream=True, **endless(tiny))
    stream.close()

    async def close_unread() -> Any:
        stream = tiny.astream("hello", max_tokens=10**6, slide=True, **endless(tiny))
        await stream.aclose()
        return stream

    kept = asyncio.run(close_unread())
    deadline = time.monotonic() + 10
    while tiny.statistics.n_active > before:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    del kept, stream


def test_priorities(tiny: Model) -> None:
    model = Model(tiny.path, max_batch=1)
    running = model.generate("hello", stream=True, max_tokens=4000, **endless(model))
    next(running)
    low, high = (model.generate("hello", stream=True, priority=p) for p in (-1, None))
    running.close()
    seconds = [consume(stream).timings.queue_seconds for stream in (low, high)]
    assert seconds[0] > seconds[1]


def test_a_session_computes_what_is_new(model: Model, tmp_path: Path) -> None:
    session = model.session()
    first = session.generate(PROMPT, max_tokens=10)
    said = PROMPT + first.text
    fork = session.fork()
    session.save(tmp_path / "session")
    second = session.generate(said + " and then", max_tokens=10)
    assert second.timings.n_reused > first.timings.n_prompt
    assert fork.generate(said + " and then", max_tokens=10).text == second.text
    loaded = model.load_session(tmp_path / "session")
    again = loaded.generate(said + " and then", max_tokens=10)
    assert (again.text, again.timings.n_reused) == (second.text, second.timings.n_reused)


def test_a_fork_outlives_its_parent_and_does_not_keep_it(tiny: Model) -> None:
    session = tiny.session()
    text = session.generate(PROMPT, max_tokens=8).text
    parent = weakref.ref(session._session)
    fork = session.fork()
    del session
    assert parent() is None
    assert fork.generate(PROMPT, max_tokens=8).text == text


def test_a_session_that_cannot_be_written_leaves_the_last_one(tiny: Model, tmp_path: Path) -> None:
    session = tiny.session()
    session.generate(PROMPT, max_tokens=8)
    session.save(tmp_path / "session")
    before = (tmp_path / "session").read_bytes()
    session.generate(PROMPT * 2, max_tokens=8)
    _, hard = limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) // 2, hard))  # a disk that is full
    try:
        with pytest.raises(FileError, match="session': File too large"):
            session.save(tmp_path / "session")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert [file.name for file in tmp_path.iterdir()] == ["session"]
    assert (tmp_path / "session").read_bytes() == before
    session.save(tmp_path / "session")
    assert (tmp_path / "session").read_bytes() != before


def test_a_session_chats(model: Model) -> None:
    session = model.session()
    messages: list[dict[str, str]] = [{"role": "user", "content": "Name a colour."}]
    first = session.chat(messages, max_tokens=8, temperature=0.0)
    messages += [
        {"role": "assistant", "content": first.message.content},
        {"role": "user", "content": "Another."},
    ]
    second = session.chat(messages, max_tokens=8, temperature=0.0)
    assert second.timings.n_reused > first.timings.n_prompt // 2


def test_refusals(model: Model, tmp_path: Path) -> None:
    session = model.session()
    running = session.generate(PROMPT, max_tokens=400, stream=True)
    with pytest.raises(OverloadedError, match="under way"):
        session.generate(PROMPT)
    next(running)
    running.close()
    assert session.n_computed > 0  # what was generated is there
    (tmp_path / "file").write_bytes(b"something else entirely, long enough for a header")
    with pytest.raises(ModelFormatError, match="file"):
        model.load_session(tmp_path / "file")
