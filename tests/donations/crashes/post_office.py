"""A mail server that takes everything and counts it."""

import email
import email.policy
import socketserver
import threading
from collections import Counter


class PostOffice:
    def __init__(self) -> None:
        self.message_ids: list[str] = []  # of all that came, with repetitions
        office = self

        class Clerk(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                office.serve(self)

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
            request_queue_size = 64

            def handle_error(self, request: object, client_address: object) -> None:
                """Who was killed hangs up without a word."""

        self._server = Server(("127.0.0.1", 0), Clerk)
        self.port = int(self._server.server_address[1])
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def most_of_one(self) -> int:
        """How often the mail came that came most often."""
        return max(Counter(self.message_ids).values(), default=0)

    def serve(self, client: socketserver.StreamRequestHandler) -> None:
        def say(line: str) -> None:
            client.wfile.write(f"{line}\r\n".encode())

        say("220 here")
        while line := client.rfile.readline():
            word = line.split()[0].upper() if line.split() else b""
            if word == b"DATA":
                say("354 go on")
                body = b""
                while (part := client.rfile.readline()) not in {b".\r\n", b""}:
                    body += part
                letter = email.message_from_bytes(body, policy=email.policy.default)
                self.message_ids.append(str(letter["Message-ID"]).strip())
                say("250 taken")
            elif word == b"QUIT":
                say("221 bye")
                return
            else:
                say("250 fine")
