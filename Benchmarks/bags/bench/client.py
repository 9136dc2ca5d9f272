"""A small HTTP client that keeps one connection, and people who are signed in."""

import http.client
import json


class Answer:
    """Status, header fields and body of an answer."""

    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    @property
    def json(self):
        return json.loads(self.body)


class Client:
    """One keep-alive connection to 127.0.0.1, with the cookie and token of whoever signed in over it."""

    def __init__(self, port):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.cookie = ""
        self.csrf = ""

    def send(self, method, path, body=None):
        headers = {"Cookie": self.cookie} if self.cookie else {}
        if self.csrf and method != "GET":
            headers["X-CSRF-Token"] = self.csrf
        data = None
        if body is not None:
            data = json.dumps(body)
            headers["Content-Type"] = "application/json"
        try:
            self.connection.request(method, path, data, headers)
            return Answer(self.connection.getresponse())
        except (BrokenPipeError, ConnectionResetError, http.client.RemoteDisconnected):
            # The server closed the connection while it lay idle: nothing of this request has arrived.
            self.connection.close()
            self.connection.request(method, path, data, headers)
            return Answer(self.connection.getresponse())

    def get(self, path):
        return self.send("GET", path)

    def post(self, path, body):
        return self.send("POST", path, body)

    def sign_in(self, path, body):
        answer = self.post(path, body)
        if answer.status != 201:
            raise SystemExit(f"signing in at {path} gave {answer.status}: {answer.body[:300]!r}")
        self.cookie = answer.headers["Set-Cookie"].split(";")[0]
        self.csrf = answer.json["csrf_token"]
        return self
