"""A service that judges texts: a real HTTP server on loopback that says what it is told to.

::

    with Classifier({"score": 0.2}) as classifier:
        ... classifier.url, classifier.asked
"""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self


class _Server(ThreadingHTTPServer):
    request_queue_size = 128


class Classifier:
    """`asked` are the bodies that it was sent. It waits for `gate` before it answers."""

    def __init__(self, says: Any, status: int = 200) -> None:
        self.says = says
        self.status = status
        self.asked: list[Any] = []
        self.gate = threading.Event()
        self.gate.set()
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/judge"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self.gate.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def _handler(classifier: Classifier) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            classifier.asked.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            classifier.gate.wait(20)
            body = json.dumps(classifier.says).encode()
            self.send_response(classifier.status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    return Handler
