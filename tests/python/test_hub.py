"""Models of the hub, against a small one on loopback that answers what snapshot_download asks."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

COMMIT = "c0ffee" + "0" * 34
PROGRAM = [sys.executable, "-c", "from qwen3lite.cli import main; main()"]


class Hub(ThreadingHTTPServer):
    """Serves one model, "lab/tiny", from a directory; keeps the paths that were asked for."""

    def __init__(self, directory: Path) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.files = {path.name: path for path in directory.iterdir()}
        self.asked: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Answers(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Hub

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        self.server.asked.append(f"{self.command} {path}")
        if path == "/api/models/lab/tiny/revision/main":
            siblings = [{"rfilename": name} for name in self.server.files]
            self._send_json({"id": "lab/tiny", "sha": COMMIT, "siblings": siblings})
        elif path == f"/api/models/lab/tiny/tree/{COMMIT}":
            self._send_json([self._entry(name) for name in self.server.files])
        elif path.startswith(f"/lab/tiny/resolve/{COMMIT}/"):
            self._send_file(self.server.files[path.rpartition("/")[2]])
        else:
            self._send(404, b"", {"X-Error-Code": "RepoNotFound"})

    do_HEAD = do_GET

    def _entry(self, name: str) -> dict[str, object]:
        body = self.server.files[name].read_bytes()
        oid = hashlib.sha1(body).hexdigest()
        return {"type": "file", "path": name, "size": len(body), "oid": oid}

    def _send_file(self, file: Path) -> None:
        body = file.read_bytes()
        etag = f'"{hashlib.sha1(body).hexdigest()}"'
        self._send(200, body, {"ETag": etag, "X-Repo-Commit": COMMIT})

    def _send_json(self, value: object) -> None:
        self._send(200, json.dumps(value).encode(), {"Content-Type": "application/json"})

    def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def hub(tiny_checkpoint: Path) -> Iterator[Hub]:
    with Hub(tiny_checkpoint) as server:
        for name in ("weights.bin", "step-10/config.json"):  # nothing the converter reads
            server.files[name] = server.files["config.json"]
        Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def qwen3lite(endpoint: str, home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Runs the program with an empty hub cache in `home`."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("HF_")}
    environment |= {"HF_ENDPOINT": endpoint, "HF_HOME": str(home), "XDG_CACHE_HOME": str(home)}
    return subprocess.run(
        [*PROGRAM, *words], env=environment, capture_output=True, text=True, check=False
    )


def test_pull_downloads_what_the_converter_reads(
    hub: Hub, tiny_checkpoint: Path, tmp_path: Path
) -> None:
    pulled = qwen3lite(hub.url, tmp_path, "pull", "lab/tiny")
    assert (pulled.returncode, pulled.stderr) == (0, "")
    directory = Path(pulled.stdout.strip())
    for file in tiny_checkpoint.iterdir():
        assert (directory / file.name).read_bytes() == file.read_bytes()
    assert {file.name for file in directory.iterdir()} == {
        f.name for f in tiny_checkpoint.iterdir()
    }


def test_run_takes_a_hub_id_and_converts_it_once(hub: Hub, tmp_path: Path) -> None:
    words = ("run", "lab/tiny", "-p", "hello", "-n", "3", "--json")
    first = qwen3lite(hub.url, tmp_path, *words)
    assert json.loads(first.stdout)["n_generated"] == 3
    (converted,) = (tmp_path / "qwen3lite").glob("tiny-q8_0-*.gguf")
    made = converted.stat().st_mtime_ns
    hub.asked.clear()
    second = qwen3lite(hub.url, tmp_path, *words)
    assert json.loads(second.stdout)["text"] == json.loads(first.stdout)["text"]
    assert converted.stat().st_mtime_ns == made
    assert not any("resolve" in path for path in hub.asked)
    hub.shutdown()
    hub.server_close()
    offline = qwen3lite(hub.url, tmp_path, *words)
    assert json.loads(offline.stdout)["text"] == json.loads(first.stdout)["text"]


@pytest.mark.parametrize("words", [("pull", "lab/nothing"), ("run", "lab/nothing", "-p", "x")])
def test_an_unknown_model_is_one_sentence(hub: Hub, tmp_path: Path, words: tuple[str]) -> None:
    refused = qwen3lite(hub.url, tmp_path, *words)
    assert refused.returncode == 2
    assert refused.stderr.startswith("qwen3lite: lab/nothing: is not here and cannot be pulled")
    assert "404" in refused.stderr
    assert refused.stderr.count("\n") == 1


def test_an_unreachable_hub_is_one_sentence(tmp_path: Path) -> None:
    refused = qwen3lite("http://127.0.0.1:9", tmp_path, "pull", "lab/tiny")
    assert refused.returncode == 2
    assert "lab/tiny" in refused.stderr
    assert refused.stderr.count("\n") == 1


def test_the_missing_package_is_named(tmp_path: Path) -> None:
    program = "import sys; sys.modules['huggingface_hub'] = None; " + PROGRAM[-1]
    refused = subprocess.run(
        [sys.executable, "-c", program, "pull", "lab/tiny"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert refused.returncode == 2
    assert "pip install huggingface_hub" in refused.stderr
    assert refused.stderr.count("\n") == 1
