#!/usr/bin/env python3
"""Posts a webhook twice, over two connections, with Python's own TLS.

  python_client.py PORT CA_FILE PATH SIGNATURE BODY VERSION RESUME

VERSION is TLSv1_2 or TLSv1_3; RESUME is yes or no. Prints a line for each post: `<status> <TLS version> <resumed>`.
"""

import http.client
import socket
import ssl
import sys


def post(context, arguments, session):
    port, _, path, signature, body = arguments[:5]
    with socket.create_connection(("127.0.0.1", int(port)), timeout=10) as plain:
        with context.wrap_socket(plain, server_hostname="localhost", session=session) as secure:
            request = (f"POST {path} HTTP/1.1\r\nHost: localhost\r\nX-Signature: {signature}\r\n"
                       f"Content-Length: {len(body)}\r\n\r\n{body}")
            secure.sendall(request.encode())
            response = http.client.HTTPResponse(secure)
            response.begin()
            response.read()
            print(response.status, secure.version(), "resumed" if secure.session_reused else "full")
            # TLS 1.3's tickets have come with the answer.
            return secure.session


def main():
    context = ssl.create_default_context(cafile=sys.argv[2])
    context.minimum_version = context.maximum_version = ssl.TLSVersion[sys.argv[6]]
    session = post(context, sys.argv[1:], None)
    post(context, sys.argv[1:], session if sys.argv[7] == "yes" else None)


if __name__ == "__main__":
    main()
