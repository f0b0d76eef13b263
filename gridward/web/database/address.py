"""Where the database is, as Django wants to hear it."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from gridward.web.config import Config
from gridward.web.database.embedded import DATABASE, PORT, SUPERUSER, socket_dir

# Extensions exist once in a database; in a schema of their own every district of it finds them.
SHARED_SCHEMA = "extensions"


def connection_settings(config: Config) -> dict[str, Any]:
    """Django's settings for the one database: a pool per process, the district's schema on the search path."""
    return {
        "ENGINE": "django.db.backends.postgresql",
        # An empty round trip per request: after a restart of the database no reader meets its dead connection.
        "CONN_HEALTH_CHECKS": True,
        **_place(config),
        "OPTIONS": {
            **_options(config),
            "options": f"-c search_path={search_path(config.db_schema)}",
            "pool": {"min_size": 1, "max_size": config.web_threads + 1, "timeout": 20},
        },
    }


def search_path(schema: str) -> str:
    """Where names are looked up: in the district's schema only, and what districts share beside it."""
    return schema if schema == "public" else f"{schema},{SHARED_SCHEMA}"


def _place(config: Config) -> dict[str, Any]:
    if not config.database_url:
        return {"NAME": DATABASE, "USER": SUPERUSER, "HOST": str(socket_dir(config.data_dir)), "PORT": PORT}
    url = urlsplit(config.database_url)
    query = dict(parse_qsl(url.query))
    return {
        "NAME": unquote(url.path.lstrip("/")),
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": query.get("host") or url.hostname or "",
        "PORT": url.port or query.get("port", ""),
    }


def _options(config: Config) -> dict[str, str]:
    query = dict(parse_qsl(urlsplit(config.database_url).query))
    return {name: value for name, value in query.items() if name.startswith("ssl")}
