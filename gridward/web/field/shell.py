"""The field app's own files: a shell without anybody's data, a service worker, a manifest. They come before sign-in."""

from __future__ import annotations

from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from gridward.kernel.access.guards import open_to_all
from gridward.kernel.errors import NotFound

_BUILT = Path(__file__).parents[1] / "static" / "dist"
_FILES = {
    "": ("field.html", "text/html; charset=utf-8"),
    "worker.js": ("worker.js", "text/javascript; charset=utf-8"),
    "app.webmanifest": ("app.webmanifest", "application/manifest+json"),
}
# The shell is a file: no nonce can stand in it. Its scripts are files of ours; the barcode reader is WebAssembly.
_POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; worker-src 'self'; manifest-src 'self'; media-src 'self' blob:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)


@require_GET
@open_to_all
def file(request: HttpRequest, name: str = "") -> HttpResponse:
    """One of the app's files; always asked for anew, so that a new version is found at once."""
    built, kind = _FILES[name]
    path = _BUILT / built
    if not path.exists():
        raise NotFound
    headers = {"Cache-Control": "no-cache", "Content-Security-Policy": _POLICY}
    if name == "worker.js":
        headers["Service-Worker-Allowed"] = "/field/"
    return HttpResponse(path.read_bytes(), kind, headers=headers)
