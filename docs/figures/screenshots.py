"""Photograph the pages of a server and the report of a quickstart in Chromium.

    make quickstart
    python docs/figures/screenshots.py quickstart

Writes ``serve_outfit.jpg``, ``serve_ideas.jpg``, ``serve_telephone.jpg`` and ``report.jpg`` beside
this script.
Needs the extras ``serve`` and ``dev``, and Chromium.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import threading
import time
from pathlib import Path

import uvicorn
from playwright.sync_api import sync_playwright

from fashiongraph.serve import ServeSettings, create_app
from fashiongraph.stylist import Stylist

HERE = Path(__file__).parent
ITEMS = "item=synthetic0816&item=synthetic0945&item=synthetic0684&item=synthetic0444"
PICTURES = {
    "serve_outfit": (f"/outfit?{ITEMS}&swap=synthetic0444", 1280, 1060),
    "serve_ideas": ("/ideas?item=synthetic0816&kind=outfits&n=3", 1280, 1060),
    "serve_telephone": (f"/outfit?{ITEMS}", 400, 1060),
}


def main() -> None:
    """Serve the model of a quickstart, and photograph its pages."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("quickstart", type=Path, help="folder that make quickstart wrote")
    folder = parser.parse_args().quickstart
    with tempfile.TemporaryDirectory() as store:
        app = create_app(
            lambda: Stylist.load(folder / "models" / "addgnn", folder / "dataset" / "designers"),
            ServeSettings(Path(store)),
        )
        server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning"))
        thread = threading.Thread(target=server.run)
        thread.start()
        while not server.started:
            time.sleep(0.05)
        address = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=["--no-sandbox"]
            )
            for name, (path, width, height) in PICTURES.items():
                page = browser.new_page(viewport={"width": width, "height": height})
                page.goto(address + path, wait_until="networkidle")
                page.screenshot(path=HERE / f"{name}.jpg", type="jpeg", quality=80)
            page = browser.new_page(viewport={"width": 1280, "height": 1180})
            page.goto((folder / "report.html").resolve().as_uri(), wait_until="networkidle")
            page.screenshot(path=HERE / "report.jpg", type="jpeg", quality=80)
            browser.close()
        server.should_exit = True
        thread.join()


if __name__ == "__main__":
    main()
