"""Where the database is, as Django wants to hear it."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from gridward.kernel.walls.policies import APP
from gridward.web.config import Config
from gridward.web.database.embedded import DATABASE, PORT, SUPERUSER, socket_dir

# Extensions exist once in a database; in a schema of their own every district of it finds them.
SHARED_SCHEMA = "extensions"
NOT_UNASKED = 2**31
"""After so many runs psycopg prepares a statement by itself. Without a number it prepares none, asked or not."""


def connection_settings(config: Config) -> dict[str, Any]:
    """Django's settings for the one database: a pool per process, the district's schema, and no rights of the owner."""
    place = _place(config.database_url) if config.database_url else {**_embedded(config), "USER": APP}
    # Whoever logs in by DATABASE_URL puts the owner's rights down before the first statement.
    role = f" -c role={APP}" if config.database_url else ""
    return {
        "ENGINE": "django.db.backends.postgresql",
        # An empty round trip per request: after a restart of the database no reader meets its dead connection.
        "CONN_HEALTH_CHECKS": True,
        **place,
        "OPTIONS": {
            **_options(config.database_url),
            "options": f"-c search_path={search_path(config.db_schema)}{role}",
            # For `kernel.prepared`.
            "prepare_threshold": NOT_UNASKED,
            "pool": {"min_size": 1, "max_size": config.web_threads + 1, "timeout": 20},
        },
    }


def owner_settings(config: Config) -> dict[str, Any]:
    """What differs for the owner of the tables, who migrates them and may load them: for `kernel.walls.owner`."""
    url = config.owner_url or config.database_url
    place = _place(url) if url else _embedded(config)
    place.pop("NAME")
    return {
        **place,
        "CONN_HEALTH_CHECKS": False,
        "OPTIONS": {**_options(url), "options": f"-c search_path={search_path(config.db_schema)}"},
    }


def search_path(schema: str) -> str:
    """Where names are looked up: in the district's schema only, and what districts share beside it."""
    return schema if schema == "public" else f"{schema},{SHARED_SCHEMA}"


def _embedded(config: Config) -> dict[str, Any]:
    return {"NAME": DATABASE, "USER": SUPERUSER, "HOST": str(socket_dir(config.data_dir)), "PORT": PORT}


def _place(given: str) -> dict[str, Any]:
    url = urlsplit(given)
    query = dict(parse_qsl(url.query))
    return {
        "NAME": unquote(url.path.lstrip("/")),
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": query.get("host") or url.hostname or "",
        "PORT": url.port or query.get("port", ""),
    }


def _options(given: str) -> dict[str, str]:
    query = dict(parse_qsl(urlsplit(given).query))
    return {name: value for name, value in query.items() if name.startswith("ssl")}
