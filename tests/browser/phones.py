"""What one does with a phone: enrol it, open it, hold something before its camera, look at it."""

from __future__ import annotations

import io
import os
from pathlib import Path

import segno
from PIL import Image
from playwright.sync_api import Page

PIN = "135790"
_FRAME, _GROUND = (640, 480), (120, 118, 110)
# Code 39 (ISO/IEC 16388): five bars and the four gaps between them, narrow or wide.
_CODE_39 = {"0": "nnnwwnwnn", "1": "wnnwnnnnw", "A": "wnnnnwnnw", "E": "wnnnwwnnn", "L": "nnwnnnnww", "S": "nnwnnnwwn",
            "-": "nwnnnnwnw", "*": "nwnnwnwnn"}  # fmt: skip


def enrol(page: Page, username: str = "community", first: str = "采样") -> None:
    """Sign in, have a code made, and open the app by its link; `first` is a button of its home screen."""
    page.goto("/sign-in/")
    page.fill("#id_username", username)
    page.fill("#id_password", "gridward-demo")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/sign-in/" not in url)
    page.goto("/sync/devices/")
    page.fill("#name", "白色红米")
    page.get_by_role("button", name="生成登记码", exact=True).click()
    shot(page, "devices")
    page.get_by_role("link", name="登记本机").click()
    page.get_by_role("button", name="继续").click()
    page.get_by_text("设置 6 位数字密码").wait_for()
    shot(page, "pin")
    type_pin(page)
    page.get_by_text("再输入一次").wait_for()
    type_pin(page)
    page.get_by_role("button", name=first).wait_for()
    page.get_by_text("清单更新于").wait_for()
    page.evaluate("navigator.serviceWorker.ready.then(() => 1)")
    page.wait_for_function("caches.keys().then((names) => names.some((name) => name.includes('precache')))")


def type_pin(page: Page) -> None:
    """Six digits on the pad."""
    for digit in PIN:
        page.locator(".pad button", has_text=digit).click()


def unlock(page: Page, first: str = "采样") -> None:
    """Open the app again, with or without the network."""
    page.goto("/field/")
    page.get_by_text("输入 6 位数字密码").wait_for()
    type_pin(page)
    page.get_by_role("button", name=first).wait_for()


def shot(page: Page, name: str) -> None:
    """A picture for whoever wants to look, where `GRIDWARD_TEST_SHOTS` names a folder."""
    if folder := os.environ.get("GRIDWARD_TEST_SHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def camera(folder: Path) -> list[str]:
    """Arguments of a browser whose camera films whatever `hold` puts into a folder."""
    return ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
            f"--use-file-for-fake-video-capture={folder / 'camera.mjpeg'}"]  # fmt: skip


def hold(folder: Path, words: str, *, bars: bool = False) -> None:
    """Hold a QR code, or bars, before the camera: the film is made anew, and seen when the camera opens next."""
    code = _bars(words) if bars else _qr(words)
    # As in a hand: not in the middle, a little turned, on a grey ground.
    frame = Image.new("RGB", _FRAME, _GROUND)
    turned = code.rotate(3 if bars else 7, expand=True, fillcolor=_GROUND)
    frame.paste(turned, ((_FRAME[0] - turned.width) // 2, 60))
    film = io.BytesIO()
    frame.save(film, "JPEG", quality=85)
    (folder / "camera.mjpeg").write_bytes(film.getvalue() * 30)


def _qr(words: str) -> Image.Image:
    drawn = io.BytesIO()
    segno.make(words, error="m", micro=False).save(drawn, kind="png", scale=8, border=4)
    return Image.open(drawn).convert("RGB").resize((300, 300), Image.Resampling.NEAREST)


def _bars(words: str) -> Image.Image:
    runs = [(3 if width == "w" else 1, at % 2 == 0) for letter in f"*{words}*"
            for at, width in enumerate(f"{_CODE_39[letter]}n")]  # fmt: skip
    modules = [dark for width, dark in runs for _module in range(width)]
    label = Image.new("L", (len(modules) + 20, 1), 255)
    label.putdata([255] * 10 + [0 if dark else 255 for dark in modules] + [255] * 10)
    return label.resize((label.width * 3, 160), Image.Resampling.NEAREST).convert("RGB")
