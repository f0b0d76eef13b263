import pytest
from django.db import connection
from django.utils.translation import override

from gridward.web.database.durability import judge, shortcomings

STRONG = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}


@pytest.mark.parametrize("version", [15, 16, 17, 18])
@pytest.mark.parametrize("commit", ["on", "remote_write", "remote_apply"])
def test_a_durable_server_is_trusted(version, commit):
    assert judge(version, {**STRONG, "synchronous_commit": commit}) == []


@pytest.mark.parametrize("version", [14, 19])
def test_a_version_nobody_tried_is_refused(version):
    with override("en"):
        assert judge(version, STRONG) == [f"PostgreSQL {version} is not supported: use 15 to 18."]


@pytest.mark.parametrize(
    ("name", "value"),
    [("fsync", "off"), ("full_page_writes", "off"), ("synchronous_commit", "off"), ("synchronous_commit", "local")],
)
def test_a_server_that_may_lose_what_it_acknowledged_is_refused_in_the_readers_language(name, value):
    for language, part in (("en", "could be lost"), ("zh-hans", "丢失")):
        with override(language):
            (sentence,) = judge(18, {**STRONG, name: value})
        assert sentence.startswith(name)
        assert part in sentence


def test_a_weak_setting_of_one_account_is_seen(db):
    assert shortcomings() == []
    with connection.cursor() as query:
        query.execute("SET LOCAL synchronous_commit = off")
    assert len(shortcomings()) == 1
