"""A news site on loopback, and the feeds and sitemaps that lead to its pages."""

import http.server
import threading
import time
from collections import Counter


class NewsSite(http.server.ThreadingHTTPServer):
    """A news site whose `answers` a test sets: path -> (status, headers, body), or a function of the handler."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers, self.asked, self.times, self.headers = {}, Counter(), [], []
        self.host = f"127.0.0.1:{self.server_address[1]}"
        self.url = f"http://{self.host}"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, request, client_address):
        """Clients that give up are what is tested."""


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        path = self.path.partition("?")[0]
        self.server.asked[self.path] += 1
        self.server.times.append((time.monotonic(), self.path))
        self.server.headers.append({name.lower(): value for name, value in self.headers.items()})
        answer = self.server.answers.get(self.path) or self.server.answers.get(path) or (404, {}, b"nothing here")
        if callable(answer):
            answer = answer(self)
        if answer is None:
            return
        status, headers, body = answer
        self.send_response(status)
        for name, value in (
            {"Content-Type": "text/html; charset=utf-8", "Content-Length": str(len(body))} | headers
        ).items():
            if value is not None:
                self.send_header(name, value)
        self.end_headers()
        if status != 304:
            self.wfile.write(body)

    def log_message(self, *_):
        """No chatter."""


def feed(site, paths, kind="rss"):
    """A list of a site's pages: rss, atom, json, sitemap or index (a sitemap of sitemaps)."""
    links = [path if "://" in path else site.url + path for path in paths]
    if kind == "json":
        items = ",".join(f'{{"id": "{link}", "url": "{link}"}}' for link in links)
        return f'{{"version": "https://jsonfeed.org/version/1.1", "title": "News", "items": [{items}]}}'.encode()
    if kind == "atom":
        items = "".join(f'<entry><title>t</title><link href="{link}"/></entry>' for link in links)
        return (
            f'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>News</title>{items}</feed>'.encode()
        )
    if kind == "sitemap":
        items = "".join(f"<url><loc>{link}</loc></url>" for link in links)
        return f'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{items}</urlset>'.encode()
    if kind == "index":
        items = "".join(f"<sitemap><loc>{link}</loc></sitemap>" for link in links)
        return (
            '<?xml version="1.0"?><sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
            f"{items}</sitemapindex>"
        ).encode()
    items = "".join(f"<item><title>t</title><link>{link}</link></item>" for link in links)
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>News</title>{items}</channel></rss>'.encode()


def drip(handler):
    """Headers at once, then a byte now and then, for ever."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
    for _ in range(200):
        handler.wfile.write(b"x")
        handler.wfile.flush()
        time.sleep(0.1)


def slow_headers(handler):
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    for number in range(200):
        handler.wfile.write(f"X-{number}: y\r\n".encode())
        handler.wfile.flush()
        time.sleep(0.1)


def raw_answer(data):
    def answer(handler):
        handler.wfile.write(data)
        handler.close_connection = True

    return answer


def endless(handler):
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
    for _ in range(5000):
        handler.wfile.write(b"y" * 65_536)


def page(body, **headers):
    """An answer with status 200."""
    return 200, {name.replace("_", "-"): value for name, value in headers.items()}, body
