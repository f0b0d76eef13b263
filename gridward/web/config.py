"""Every setting of a process, typed, read once from the environment (`GRIDWARD_…` and `DATABASE_URL`)."""

from __future__ import annotations

import os
import secrets
from datetime import time
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from gridward.web.trouble import Trouble


class Config(BaseSettings):
    """The settings of this process; each is documented in docs/reference/settings.md."""

    model_config = SettingsConfigDict(env_prefix="GRIDWARD_", extra="ignore")

    data_dir: Path = Field(Path("data"), description="Folder for the database, photos and keys.")
    database_url: str = Field(
        "", validation_alias="DATABASE_URL", description="A PostgreSQL 15–18 server; empty: the embedded one."
    )
    owner_url: str = Field(
        "",
        description="The same database for the owner of its tables, who has BYPASSRLS; for commands, not for the web. "
        "Empty: as DATABASE_URL, whose account then puts the owner's rights down by itself.",
    )
    db_schema: str = Field(
        "public",
        pattern="^[a-z_][a-z0-9_]{0,62}$",
        description="PostgreSQL schema of the district this process serves.",
    )
    zone: str = Field("Asia/Shanghai", description="Time zone in which times are shown and days begin.")
    language: str = Field("zh-hans", description="Language of a reader who has chosen none: zh-hans or en.")
    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8765, ge=0, le=65535, description="Port to listen on.")
    web_workers: int = Field(2, ge=1, le=64, description="Web processes; one per core.")
    web_threads: int = Field(8, ge=1, le=64, description="Threads of each web process; each may hold a connection.")
    allowed_hosts: Annotated[list[str], NoDecode] = Field(
        ["localhost", "127.0.0.1", "[::1]"], description="Host names pages may be asked for by, comma-separated."
    )
    behind_tls: bool = Field(
        False,
        description="Whether browsers reach this server by https, through one proxy: secures cookies, demands https, "
        "and takes the last X-Forwarded-For for where a request came from.",
    )
    debug: bool = Field(False, description="Show tracebacks in the browser. Never in use.")
    notice_channels: Annotated[list[str], NoDecode] = Field(
        [], description="Apprise addresses notices go out by, comma-separated; {phone} stands for the receiver's."
    )
    quiet_from: time = Field(time(22), description="Start of the hours in which notices wait.")
    quiet_until: time = Field(time(7), description="End of the hours in which notices wait.")
    max_upload_mb: int = Field(50, ge=1, le=1000, description="Largest file that may be uploaded, in megabytes.")
    session_idle_min: int = Field(120, ge=5, le=1440, description="Minutes without a step after which a session ends.")
    session_hours: int = Field(12, ge=1, le=72, description="Hours after which a session ends, whatever is done in it.")
    sign_in_tries: int = Field(8, ge=3, le=100, description="Wrong passwords for one account from one address, until…")
    sign_in_wait_min: int = Field(15, ge=1, le=1440, description="… so many minutes have passed.")
    second_factor_roles: Annotated[list[str], NoDecode] = Field(
        ["administrator"], description="Roles that must have a passkey or an app with codes; empty: it is up to each."
    )
    master_key: str = Field(
        "",
        pattern="^([0-9a-f]{64})?$",
        repr=False,
        description="The master key, 64 hex digits, where a vault gives it; empty: `keys/master` in the data folder.",
    )
    cipher: Literal["aes-256-gcm", "sm4-gcm"] = Field(
        "aes-256-gcm", description="What new secrets are sealed with; older ones stay readable."
    )
    reveals_per_day: int = Field(
        200, ge=1, description="How often one account may look behind the mask in a day: an example, set your own."
    )
    reveal_areas_per_day: int = Field(
        20, ge=2, description="In how many communities, before auditors and administrators are told: an example."
    )
    export_hours: int = Field(
        24, ge=1, le=720, description="Hours until a request for a list, or an approved list, expires: an example."
    )
    retention_days: dict[str, int] = Field(
        {"people": 30, "needs": 180, "journal": 730},
        description="Days after an incident has closed until its people, needs and journalled words are erased, as "
        "JSON: an example, which your law and your archive have to say.",
    )
    log_format: Literal["readable", "json"] = Field(
        "readable", description="How log entries are written: for a person, or one JSON object a line."
    )
    ask_per_hour: int = Field(20, ge=1, description="Requests one resident's address may send in an hour.")

    @field_validator("allowed_hosts", "notice_channels", "second_factor_roles", mode="before")
    @classmethod
    def _split(cls, words: object) -> object:
        return [word.strip() for word in words.split(",") if word.strip()] if isinstance(words, str) else words

    def master(self) -> bytes:
        """The master key: what was given, or the one in the data folder."""
        return bytes.fromhex(self.master_key or self.secret("master").decode())

    def secret(self, name: str) -> bytes:
        """A random key made once and kept in the data folder, readable by its owner only.

        Parameters: name — its file's name under `keys/`.
        Returns: 64 bytes of hex.
        """
        path = self.data_dir / "keys" / name
        try:
            if not path.exists():
                _make_secret(path)
            return path.read_bytes()
        except OSError as closed:
            raise Trouble(
                f"The keys in {path.parent} cannot be read: {closed}. Run as the user they belong to."
            ) from closed


def unknown_settings() -> list[str]:
    """Variables named like settings of the house that are none, such as misspelt ones."""
    known = {f"GRIDWARD_{name.upper()}" for name in Config.model_fields}
    known |= {"GRIDWARD_TEST_FOLDER", "GRIDWARD_ADMIN_PASSWORD"}
    return sorted(name for name in os.environ if name.startswith("GRIDWARD_") and name not in known)


def _make_secret(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = path.with_name(f"{path.name}.{os.getpid()}")
    part.touch(mode=0o600)
    part.write_text(secrets.token_hex(32), encoding="ascii")
    try:
        # Linked, not renamed: of two processes that make it at once, both go on with the first one's.
        os.link(part, path)
    except FileExistsError:
        pass
    finally:
        part.unlink()


@cache
def config() -> Config:
    """The settings of this process.

    Raises: Trouble that names each wrong one.
    """
    try:
        return Config()
    except ValidationError as wrong:
        lines = [f"{_variable(str(one['loc'][0]))} = {one['input']!r}: {one['msg']}" for one in wrong.errors()]
        raise Trouble("; ".join(lines)) from wrong


def _variable(place: str) -> str:
    return place if place.isupper() else f"GRIDWARD_{place.upper()}"
