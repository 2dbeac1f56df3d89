"""A stand-in of the Hugging Face hub: the part of its HTTP interface that the client uses."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

Files = dict[str, bytes]


class Hub(ThreadingHTTPServer):
    """Repositories in memory: files by commit, newest last, and the requests that were made."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.repositories: dict[str, dict[str, Files]] = {}
        self.requests: list[str] = []

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def commit(self, name: str, files: Files) -> str:
        """Add a commit and return its digest."""
        commits = self.repositories.setdefault(name, {})
        text = repr((len(commits), sorted(files.items())))
        commit = hashlib.sha1(text.encode()).hexdigest()
        commits[commit] = files
        return commit

    def find(self, name: str, revision: str) -> tuple[str, Files] | None:
        """A commit by ``main`` or its digest."""
        commits = self.repositories.get(name, {})
        commit = list(commits)[-1] if revision == "main" and commits else revision
        return (commit, commits[commit]) if commit in commits else None


@contextmanager
def running_hub() -> Iterator[Hub]:
    """A server that runs in a thread."""
    hub = Hub()
    thread = threading.Thread(target=hub.serve_forever, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        hub.shutdown()
        hub.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    server: Hub
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = self._path()
        if match := re.fullmatch(r"/api/models/([^/]+/[^/]+)/(revision|tree)/([^/]+)(/.*)?", path):
            name, kind, revision, _ = match.groups()
            found = self.server.find(name, revision)
            if found is None:
                return self._missing(name)
            commit, files = found
            if kind == "tree":
                listed = [
                    {"type": "file", "path": p, "size": len(d), "oid": _oid(d)}
                    for p, d in files.items()
                ]
                return self._json(listed)
            siblings = [{"rfilename": path} for path in files]
            return self._json({"id": name, "sha": commit, "siblings": siblings, "private": False})
        self._resolve(path)

    def do_HEAD(self) -> None:
        self._resolve(self._path())

    def do_POST(self) -> None:
        path, body = self._path(), self.rfile.read(int(self.headers["Content-Length"]))
        if path == "/api/validate-yaml":
            return self._json({"errors": [], "warnings": []})
        if path == "/api/repos/create":
            wanted = json.loads(body)
            name = f"{wanted.get('organization') or 'user'}/{wanted['name']}"
            if not self.server.repositories.get(name):
                self.server.commit(name, {})
            return self._json({"url": f"{self.server.endpoint}/{name}", "name": name})
        if match := re.fullmatch(r"/api/models/([^/]+/[^/]+)/preupload/main", path):
            files = json.loads(body)["files"]
            answer = [
                {"path": f["path"], "uploadMode": "regular", "shouldIgnore": False} for f in files
            ]
            return self._json({"files": answer})
        if match := re.fullmatch(r"/api/models/([^/]+/[^/]+)/commit/main", path):
            found = self.server.find(match[1], "main")
            files = dict(found[1]) if found else {}
            for line in map(json.loads, body.splitlines()):
                if line["key"] == "file":
                    files[line["value"]["path"]] = base64.b64decode(line["value"]["content"])
                elif line["key"] == "deletedFile":
                    files.pop(line["value"]["path"], None)
            commit = self.server.commit(match[1], files)
            url = f"{self.server.endpoint}/{match[1]}/commit/{commit}"
            return self._json({"commitUrl": url, "commitOid": commit, "success": True})
        self._missing(path)

    def _resolve(self, path: str) -> None:
        match = re.fullmatch(r"/([^/]+/[^/]+)/resolve/([^/]+)/(.+)", path)
        found = self.server.find(match[1], match[2]) if match else None
        if match is None or found is None or match[3] not in found[1]:
            return self._missing(path)
        data = found[1][match[3]]
        self._send(200, data, {"X-Repo-Commit": found[0], "ETag": f'"{_oid(data)}"'})

    def _path(self) -> str:
        path = unquote(urlsplit(self.path).path)
        self.server.requests.append(f"{self.command} {path}")
        return path

    def _missing(self, name: str) -> None:
        headers = {"X-Error-Code": "RepoNotFound", "X-Error-Message": f"no {name}"}
        self._send(404, b"{}", headers)

    def _json(self, value: object) -> None:
        self._send(200, json.dumps(value).encode(), {"Content-Type": "application/json"})

    def _send(self, status: int, data: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for key, value in {**headers, "Content-Length": str(len(data))}.items():
            self.send_header(key, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:
        pass


def _oid(data: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()
