"""A headless Chromium, driven through its driver over plain HTTP."""

import base64
import json
import shutil
import socket
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.error import URLError
from urllib.request import Request, urlopen

__all__ = ["Browser"]

_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


class Browser:
    """One window of a given size; use it in a ``with`` block, which ends the driver and the browser."""

    def __init__(self, *, width: int, height: int, profile: Path, dark: bool = False) -> None:
        driver = shutil.which("chromedriver")
        if driver is None:
            message = "chromedriver is not installed"
            raise FileNotFoundError(message)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self._address = f"http://127.0.0.1:{port}"
        # S603: the program is the driver found on the path, its argument a number
        self._process = subprocess.Popen([driver, f"--port={port}"], stdout=subprocess.DEVNULL)  # noqa: S603
        self._session = ""
        try:
            self._wait_until_ready()
            options = {
                "args": [*_FLAGS, f"--user-data-dir={profile}"],
                "mobileEmulation": {"deviceMetrics": {"width": width, "height": height, "pixelRatio": 1.0}},
            }
            wanted = {"goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}
            made = self._call("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})
            self._session = f"/session/{made['sessionId']}"
            self.devtools(
                "Emulation.setEmulatedMedia",
                {"features": [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]},
            )
        except BaseException:
            self.close()
            raise

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + 30
        while True:
            try:
                if self._call("GET", "/status")["ready"]:
                    return
            except (URLError, ConnectionError):
                if time.monotonic() > deadline:
                    raise
            time.sleep(0.05)

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        # S310: the address is our own driver's
        request = Request(self._address + path, data=data, method=method)  # noqa: S310
        with urlopen(request, timeout=60) as answer:  # noqa: S310
            return json.load(answer)["value"]

    def devtools(self, command: str, parameters: dict[str, Any]) -> Any:
        """Send a command of the browser's developer tools."""
        return self._call("POST", f"{self._session}/goog/cdp/execute", {"cmd": command, "params": parameters})

    def open(self, page: Path) -> None:
        """Load a file and wait until it is there."""
        self._call("POST", f"{self._session}/url", {"url": page.resolve().as_uri()})

    def run(self, script: str) -> Any:
        """Run a script in the page and return what it returns."""
        return self._call("POST", f"{self._session}/execute/sync", {"script": script, "args": []})

    def press(self, key: str) -> None:
        """Press and release a key of the keyboard, such as Tab or Enter."""
        code = {"Tab": "\ue004", "Enter": "\ue007"}[key]
        strokes = [{"type": kind, "value": code} for kind in ("keyDown", "keyUp")]
        self._call("POST", f"{self._session}/actions", {"actions": [{"type": "key", "id": "keys", "actions": strokes}]})

    def console(self) -> list[str]:
        """Return what the console has said since it was last asked."""
        return [entry["message"] for entry in self._call("POST", f"{self._session}/se/log", {"type": "browser"})]

    def screenshot(self, selector: str, at_most: int) -> bytes:
        """Return a picture of an element, or of as much of it as the height allows, as PNG."""
        left, top, width, height = self.run(
            f"const box = document.querySelector({json.dumps(selector)}).getBoundingClientRect();"
            "return [box.left + scrollX, box.top + scrollY, box.width, box.height];"
        )
        clip = {"x": left, "y": top, "width": width, "height": min(height, at_most), "scale": 1}
        shot = self.devtools("Page.captureScreenshot", {"captureBeyondViewport": True, "clip": clip})
        return base64.b64decode(shot["data"])

    def close(self) -> None:
        """End the browser and its driver."""
        try:
            if self._session:
                self._call("DELETE", self._session)
        finally:
            self._process.terminate()
            self._process.wait(timeout=30)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
