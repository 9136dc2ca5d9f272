"""A mail server for tests, of Python's own library or of aiosmtpd: STARTTLS or TLS, AUTH, refusals, cut connections.

What it takes it writes to a folder: N.eml as it came, and N.json with what Python's parser reads in it. Started by
MailServerTests; scripts/mail-check has the same tests use aiosmtpd.
"""

import argparse
import base64
import email
import email.policy
import json
import os
import socketserver
import ssl
import threading


class Desk:
    """What both servers do alike."""

    def __init__(self, options):
        self.options = options
        self.lock = threading.Lock()
        self.taken = 0
        self.cuts = options.cut

    def context(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.options.certificate, self.options.key)
        return context

    def is_to_be_cut(self):
        with self.lock:
            self.cuts -= 1
            return self.cuts >= 0

    def refusal(self, address):
        return "550 5.1.1 No such mailbox" if address == self.options.refuse else None

    def is_known(self, name, password):
        return (name, password) == (self.options.user, self.options.password)

    def take(self, sender, recipients, content, hello, is_secure, user):
        message = email.message_from_bytes(content, policy=email.policy.default)
        plain, html = (message.get_body((kind,)) for kind in ("plain", "html"))
        read = {
            "from": sender, "to": recipients, "hello": hello, "secure": is_secure, "user": user,
            "subject": message["Subject"], "message_id": message["Message-ID"],
            "text": plain.get_content() if plain else None, "html": html.get_content() if html else None,
            "defects": [type(defect).__name__ for part in message.walk() for defect in part.defects],
        }
        with self.lock:
            self.taken += 1
            place = os.path.join(self.options.folder, str(self.taken))
        with open(place + ".eml", "wb") as file:
            file.write(content)
        with open(place + ".part", "w", encoding="utf-8") as file:
            json.dump(read, file)
        os.rename(place + ".part", place + ".json")


class Conversation(socketserver.StreamRequestHandler):
    """One connection to the server of Python's own library."""

    def setup(self):
        self.desk = self.server.desk
        self.is_secure = self.desk.options.security == "tls"
        if self.is_secure:
            self.request = self.desk.context().wrap_socket(self.request, server_side=True)
        super().setup()
        self.hello, self.user, self.sender, self.recipients = "", None, None, []

    def say(self, *lines):
        self.wfile.write("".join(line + "\r\n" for line in lines).encode())

    def line(self):
        return self.rfile.readline().decode("latin-1").rstrip("\r\n")

    def handle(self):
        self.say("220 localhost ready")
        while line := self.line():
            verb, _, rest = line.partition(" ")
            if verb.upper() == "QUIT":
                return self.say("221 2.0.0 bye")
            if verb.upper() == "DATA" and self.recipients:
                if not self.data():
                    return None
            else:
                self.say(*self.answer(verb.upper(), rest))
        return None

    def answer(self, verb, rest):
        options = self.desk.options
        if verb == "EHLO":
            self.hello = rest
            extensions = ["8BITMIME", "SIZE 10000000"]
            if options.security == "starttls" and not self.is_secure:
                extensions.append("STARTTLS")
            if options.user:
                extensions.append("AUTH PLAIN")
            return ["250-localhost"] + ["250-" + word for word in extensions] + ["250 ENHANCEDSTATUSCODES"]
        if verb == "STARTTLS" and options.security == "starttls" and not self.is_secure:
            return self.secure()
        if options.security == "starttls" and not self.is_secure and verb != "NOOP":
            return ["530 5.7.0 STARTTLS first"]
        if verb == "AUTH":
            return [self.sign_in(rest)]
        if options.user and not self.user:
            return ["530 5.7.0 sign in first"]
        return [self.envelope(verb, rest)]

    def secure(self):
        self.say("220 2.0.0 go on")
        self.connection = self.desk.context().wrap_socket(self.connection, server_side=True)
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", 0)
        self.is_secure = True
        return []

    def sign_in(self, rest):
        kind, _, first = rest.partition(" ")
        if kind.upper() != "PLAIN":
            return "504 5.5.4 another way, please"
        if not first:
            self.say("334 ")
            first = self.line()
        _, name, password = base64.b64decode(first).decode().split("\0")
        if not self.desk.is_known(name, password):
            return "535 5.7.8 wrong name or password"
        self.user = name
        return "235 2.7.0 welcome"

    def envelope(self, verb, rest):
        address = rest.partition("<")[2].partition(">")[0]
        if verb == "MAIL":
            self.sender, self.recipients = address, []
            return "250 2.1.0 fine"
        if verb == "RCPT" and self.sender is not None:
            refusal = self.desk.refusal(address)
            if refusal is None:
                self.recipients.append(address)
            return refusal or "250 2.1.5 fine"
        return "250 2.0.0 fine" if verb in ("NOOP", "RSET") else "503 5.5.1 not now"

    def data(self):
        self.say("354 go on")
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            if not line or self.desk.is_to_be_cut():
                return False
            lines.append(line[1:] if line.startswith(b".") else line)
        self.desk.take(self.sender, self.recipients, b"".join(lines), self.hello, self.is_secure, self.user)
        self.recipients = []
        self.say("250 2.0.0 taken")
        return True


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, desk):
        self.desk = desk
        super().__init__(("127.0.0.1", desk.options.port), Conversation)

    def handle_error(self, request, client_address):
        """Clients that go away are nothing to tell of."""


def serve_own(desk):
    with Server(desk) as server:
        print("ready", flush=True)
        server.serve_forever()


def serve_library(desk):
    import asyncio
    import logging

    from aiosmtpd.smtp import SMTP, AuthResult

    options = desk.options
    logging.getLogger("mail.log").setLevel(logging.CRITICAL)

    class Handler:
        async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
            refusal = desk.refusal(address)
            if refusal is None:
                envelope.rcpt_tos.append(address)
            return refusal or "250 2.1.5 fine"

        async def handle_DATA(self, server, session, envelope):
            user = session.auth_data.login.decode() if session.authenticated else None
            is_secure = options.security == "tls" or session.ssl is not None
            desk.take(envelope.mail_from, envelope.rcpt_tos, envelope.content, session.host_name, is_secure, user)
            return "250 2.0.0 taken"

    class Cutting(SMTP):
        async def smtp_DATA(self, arg):
            if not desk.is_to_be_cut():
                return await super().smtp_DATA(arg)
            await self.push("354 go on")
            await self._reader.readline()
            self.transport.abort()

    def authenticate(server, session, envelope, mechanism, data):
        is_known = desk.is_known(data.login.decode(), data.password.decode())
        return AuthResult(success=is_known, handled=False, auth_data=data if is_known else None)

    def conversation():
        is_upgraded = options.security == "starttls"
        return Cutting(
            Handler(), hostname="localhost", loop=loop, tls_context=desk.context() if is_upgraded else None,
            require_starttls=is_upgraded, authenticator=authenticate, auth_required=bool(options.user),
            auth_require_tls=is_upgraded)

    loop = asyncio.new_event_loop()
    context = desk.context() if options.security == "tls" else None
    loop.run_until_complete(loop.create_server(conversation, "127.0.0.1", options.port, ssl=context))
    print("ready", flush=True)
    loop.run_forever()


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--folder", required=True)
    parser.add_argument("--security", choices=["none", "starttls", "tls"], default="none")
    parser.add_argument("--certificate")
    parser.add_argument("--key")
    parser.add_argument("--user", default="")
    parser.add_argument("--password", default="")
    parser.add_argument("--refuse", default="", help="a recipient that does not exist")
    parser.add_argument("--cut", type=int, default=0, help="messages whose connection is cut in the middle")
    parser.add_argument("--aiosmtpd", action="store_true")
    desk = Desk(parser.parse_args())
    (serve_library if desk.options.aiosmtpd else serve_own)(desk)


if __name__ == "__main__":
    main()
