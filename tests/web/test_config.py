import os
import subprocess
import sys

import pytest

from gridward.web.config import Config, config, unknown_settings
from gridward.web.database.address import connection_settings, owner_settings
from gridward.web.trouble import Trouble


def test_lists_are_split_at_commas(monkeypatch):
    monkeypatch.setenv("GRIDWARD_ALLOWED_HOSTS", "ops.example.cn, 10.1.2.3")
    assert Config().allowed_hosts == ["ops.example.cn", "10.1.2.3"]


def test_a_wrong_setting_is_named_in_one_line(monkeypatch):
    monkeypatch.setenv("GRIDWARD_PORT", "eighty")
    with pytest.raises(Trouble, match="GRIDWARD_PORT = 'eighty'"):
        config.__wrapped__()
    command = [sys.executable, "-m", "gridward", "doctor"]
    answer = subprocess.run(command, env=os.environ.copy(), capture_output=True, text=True, timeout=60, check=False)
    assert answer.returncode == 1
    assert answer.stderr.startswith("gridward: GRIDWARD_PORT")


def test_a_misspelt_setting_is_found(monkeypatch):
    monkeypatch.setenv("GRIDWARD_PROT", "80")
    assert unknown_settings() == ["GRIDWARD_PROT"]


def test_a_key_is_made_once_and_closed_to_others(tmp_path):
    settings = Config(data_dir=tmp_path)
    key = settings.secret("django")
    assert len(key) == 64
    assert settings.secret("django") == key != settings.secret("search")
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "keys").iterdir()} == {0o600}
    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o700


def test_the_schema_and_the_parts_of_a_database_url_reach_the_connection():
    url = "postgresql://ops:p%40ss@db.example.cn:6432/jiangjin?sslmode=verify-full"
    found = connection_settings(Config(DATABASE_URL=url, db_schema="jiangjin"))
    assert (found["NAME"], found["USER"], found["PASSWORD"]) == ("jiangjin", "ops", "p@ss")
    assert (found["HOST"], found["PORT"]) == ("db.example.cn", 6432)
    assert found["OPTIONS"]["sslmode"] == "verify-full"
    assert found["OPTIONS"]["options"] == "-c search_path=jiangjin,extensions -c role=gridward_app"


def test_the_owners_url_is_for_the_owner_alone():
    house = Config(DATABASE_URL="postgresql://app@db/jiangjin", owner_url="postgresql://chief@db/jiangjin")
    assert connection_settings(house)["USER"] == "app"
    assert owner_settings(house)["USER"] == "chief"
    assert "role" not in owner_settings(house)["OPTIONS"]["options"]
    assert owner_settings(Config(DATABASE_URL="postgresql://ops@db/jiangjin"))["USER"] == "ops"


def test_a_database_url_may_name_a_socket():
    found = connection_settings(Config(DATABASE_URL="postgresql://ops@/gridward?host=/run/postgresql"))
    assert (found["NAME"], found["HOST"]) == ("gridward", "/run/postgresql")
