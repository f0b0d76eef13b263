import os
import re
import subprocess
import sys

import pytest

from gridward.web.database.embedded import stop

GRIDWARD = [sys.executable, "-m", "gridward"]
LONG = "a-long-enough-word"


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("init")
    folder.chmod(0o755)
    environment = {**os.environ, "GRIDWARD_DATA_DIR": str(folder / "house")}
    environment.pop("DATABASE_URL", None)

    def gridward(*arguments, given="", **more):
        return subprocess.run(
            [*GRIDWARD, *arguments], env={**environment, **more}, capture_output=True, text=True, input=given
        )

    yield gridward
    stop(folder / "house")


@pytest.fixture(scope="module")
def asked(run):
    """What the house holds, as Django's shell prints an expression."""

    def ask(expression):
        code = f"from gridward.kernel.models import *; from gridward.web.models import *; print({expression})"
        answer = run("manage", "shell", "-v", "0", "-c", code)
        assert answer.returncode == 0, answer.stderr
        return answer.stdout.strip()

    return ask


def test_a_new_house_can_take_its_first_call_and_keeps_weak_passwords_out(run, asked):
    wanted = ("init", "--username", "chief", "--district", "500116", "--incident", "防汛", "--password-stdin")
    weak = run(*wanted, given="1234\n")
    assert weak.returncode != 0
    for _again in range(2):
        done = run(*wanted, given=f"{LONG}\n")
        assert done.returncode == 0, done.stderr
        assert LONG not in done.stdout + done.stderr
    assert asked("User.objects.count(), Incident.objects.count(), Category.objects.count() > 10") == "1 1 True"
    assert asked("OneTimePassword.objects.count(), User.objects.get().check_password('" + LONG + "')") == "0 True"


def test_without_a_password_one_is_made_that_works_once(run, asked):
    done = run("init", "--username", "second")
    assert done.returncode == 0, done.stderr
    (once,) = re.findall(r"One-time password of second: (\S{16})\n", done.stdout)
    assert once not in done.stderr
    same = f"User.objects.get(username='second').check_password('{once}')"
    assert asked(f"{same}, OneTimePassword.objects.filter(user__username='second').count()") == "True 1"
    again = run("init", "--username", "second", GRIDWARD_ADMIN_PASSWORD=LONG)
    assert again.returncode == 0, again.stderr
    assert asked(f"{same}, OneTimePassword.objects.filter(user__username='second').count()") == "False 0"


def test_the_command_line_ends_sessions_and_gives_an_account_back(run, asked):
    assert "nobody" in run("account", "devices", "nobody").stderr
    assert run("account", "sign-out", "chief").stdout == "0 sessions ended\n"
    done = run("account", "reset", "chief")
    assert done.returncode == 0, done.stderr
    (once,) = re.findall(r"One-time password of chief: (\S{16})\n", done.stdout)
    assert asked(f"User.objects.get(username='chief').check_password('{once}')") == "True"
    verbs = asked("*Entry.objects.filter(verb__startswith='account.').values_list('verb', 'channel').last()")
    assert verbs == "account.password_issued command line"
