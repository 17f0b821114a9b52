"""Chromium without a window, steered over its debugging protocol."""

import base64
import contextlib
import itertools
import json
import shutil
import subprocess
import time
import urllib.request

from websockets.sync.client import connect

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
_QUIET = """--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking
--disable-component-update --disable-sync --hide-scrollbars --remote-debugging-port=0""".split()
_START_SECONDS = _ANSWER_SECONDS = 60

WIDTHS = (390, 768, 1280)  # a phone, a tablet, a laptop
# what a person sees wrong: text that runs out of the window, fields without a label, links that cannot be hit
_LAYOUT_FAULTS = """((root, parts) => {
  const wrong = [];
  if (document.documentElement.scrollWidth > innerWidth) wrong.push('wider than the window');
  for (const field of document.querySelectorAll('input, select'))
    if (!field.labels.length) wrong.push('no label: ' + field.name);
  if (document.querySelectorAll('h1').length !== 1) wrong.push('not one heading');
  for (const part of parts)
    if (!document.querySelector(part)) wrong.push('missing: ' + part);
  const ids = [...document.querySelectorAll('[id]')].map(one => one.id);
  if (new Set(ids).size !== ids.length) wrong.push('an id twice');
  for (const box of document.querySelectorAll('.wide'))
    if (box.scrollWidth > box.clientWidth + 1) wrong.push('a table is cut: ' + box.innerText.slice(0, 40));
  for (const name of document.querySelectorAll('td code'))
    if (name.getClientRects().length > 1) wrong.push('a name is broken: ' + name.textContent);
  const channels = text => text.match(/[\\d.]+/g).slice(0, 3).map(value => {
    const share = value / 255;
    return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  const light = text => channels(text).reduce((sum, value, at) => sum + value * [0.2126, 0.7152, 0.0722][at], 0);
  const paper = light(getComputedStyle(document.body).backgroundColor);
  for (const one of document.querySelectorAll(root + ' *')) {
    if (!one.textContent.trim() || one.children.length || one.closest('button, svg')) continue;
    const ink = light(getComputedStyle(one).color);
    const contrast = (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
    if (contrast < 4.4) wrong.push('faint: ' + one.textContent.slice(0, 40));
  }
  return wrong;
})"""


def layout_faults(browser, root="main", parts=("header", "main", "nav[aria-label]", "html[lang]")):
    """What a person sees wrong on the page that is open; `parts` are selectors of what it must have."""
    return browser.run(f"{_LAYOUT_FAULTS}({json.dumps(root)}, {json.dumps(list(parts))})")


class Browser:
    """One tab. A context manager: the browser ends with the block."""

    def __init__(self, folder):
        self._folder, self._numbers = folder, itertools.count(1)
        self.messages = []  # what the console and the content policy said
        self.requested = []  # the addresses that pages asked for

    def __enter__(self):
        self._process = subprocess.Popen(
            [CHROMIUM, *_QUIET, f"--user-data-dir={self._folder}", "about:blank"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        port_file = self._folder / "DevToolsActivePort"
        deadline = time.monotonic() + _START_SECONDS
        tab = None
        while tab is None:
            assert time.monotonic() < deadline, "the browser did not start"
            time.sleep(0.1)
            with contextlib.suppress(OSError, ValueError, StopIteration, IndexError):
                port = int(port_file.read_text().split()[0])
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/json", timeout=5) as answer:
                    tab = next(one for one in json.load(answer) if one["type"] == "page")
        self._socket = connect(tab["webSocketDebuggerUrl"], max_size=None, proxy=None)
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.send(f"{domain}.enable")
        return self

    def __exit__(self, *_error):
        self._socket.close()
        self._process.terminate()
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(10)

    def send(self, method, **parameters):
        """The result of a command."""
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        return self._receive(lambda message: message.get("id") == number).get("result", {})

    def _receive(self, is_wanted):
        while True:
            message = json.loads(self._socket.recv(timeout=_ANSWER_SECONDS))
            if message.get("method") == "Log.entryAdded":
                self.messages.append(message["params"]["entry"]["text"])
            if message.get("method") == "Network.requestWillBeSent":
                self.requested.append(message["params"]["request"]["url"])
            if is_wanted(message):
                return message

    def open(self, address):
        """Open an address and wait until it is loaded."""
        self.send("Page.navigate", url=address)
        self._receive(lambda message: message.get("method") == "Page.loadEventFired")

    def click(self, selector):
        """Click what a CSS selector finds first, and wait for the page that it leads to."""
        found = self.run(f"(e => e ? (e.click(), true) : false)(document.querySelector({json.dumps(selector)}))")
        assert found, f"nothing to click: {selector} on {self.run('location.href')}"
        self._receive(lambda message: message.get("method") == "Page.loadEventFired")

    def run(self, script):
        """The value of an expression on the page."""
        return self.send("Runtime.evaluate", expression=script, returnByValue=True)["result"].get("value")

    def resize(self, width, height=1000, *, is_dark=False):
        """Give the window a size; `is_dark` is what the page learns of the system's colours."""
        self.send("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if is_dark else "light"}
        self.send("Emulation.setEmulatedMedia", features=[scheme])

    def picture(self):
        """What the window shows, as a PNG file."""
        return base64.b64decode(self.send("Page.captureScreenshot")["data"])
