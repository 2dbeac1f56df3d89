"""A server in a process of its own."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
import urllib.request
from pathlib import Path


class Served:
    """``fashiongraph serve`` on a free port, once it has printed that it is ready.

    Args:
        model: Folder of the model.
        shop: Folder of the catalogue.
        store: Folder of what is kept.
        *options: Further words of the command.
        ready: Part of the line by which it is ready.
    """

    def __init__(
        self, model: Path, shop: Path, store: Path, *options: str, ready: str = "startup complete"
    ) -> None:
        words = ["serve", str(model), "--data", str(shop), "--store", str(store), "--port", "0"]
        self.process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "fashiongraph", *words, *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stderr is not None
        self.lines: list[str] = []
        for line in self.process.stderr:
            self.lines.append(line)
            if ready in line:
                break
        self.address = re.search(r"http://[^,\s]+", "".join(self.lines))[0]
        threading.Thread(target=self.lines.extend, args=(self.process.stderr,), daemon=True).start()

    def call(self, path: str, body: object = None, **headers: str) -> object:
        """The JSON that a path of the API answers; with a body by POST."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"content-type": "application/json", **headers}
        request = urllib.request.Request(f"{self.address}/api/v1{path}", data, headers)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)
