"""Put on the path of an app, this makes its connections narrow: what a slow line leaves unread stays with the app.

Between two processes of one machine the system would take megabytes off its hands.
"""

import socket

_listen = socket.socket.listen


def _listen_narrowly(self: socket.socket, *backlog: int) -> None:
    self.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    _listen(self, *backlog)


socket.socket.listen = _listen_narrowly  # type: ignore[method-assign, assignment]
