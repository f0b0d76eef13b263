"""What a house behind TLS promises browsers."""

import os
import subprocess
import sys

import pytest

PROBE = """
import django; django.setup()
from django.core.management import call_command
call_command("check", deploy=True, fail_level="WARNING")
from django.test import Client
here = {"host": "localhost", "x-forwarded-for": "192.0.2.7"}
said = Client(headers={**here, "x-forwarded-proto": "https"}).get("/sign-in/")
plain = Client(headers=here).get("/sign-in/")
print(said.status_code, plain.status_code, plain["Location"])
for name in ("Strict-Transport-Security", "X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy",
             "Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy"):
    print(name, said[name])
for cookie in said.cookies.values():
    print(cookie.OutputString())
"""


@pytest.fixture(scope="module")
def said():
    environment = {**os.environ, "GRIDWARD_BEHIND_TLS": "true", "DJANGO_SETTINGS_MODULE": "gridward.web.settings"}
    answer = subprocess.run([sys.executable, "-c", PROBE], env=environment, capture_output=True, text=True, timeout=120)
    assert answer.returncode == 0, answer.stderr
    return answer.stdout + answer.stderr


def test_djangos_deployment_checks_find_nothing(said):
    assert "System check identified no issues" in said


def test_plain_http_is_sent_to_https(said):
    assert "200 301 https://localhost/sign-in/" in said


def test_browsers_are_told_to_keep_the_house_to_itself(said):
    assert "Strict-Transport-Security max-age=31536000; includeSubDomains" in said
    for line in ("X-Content-Type-Options nosniff", "X-Frame-Options DENY", "Referrer-Policy same-origin",
                 "Cross-Origin-Opener-Policy same-origin", "Cross-Origin-Resource-Policy same-origin"):  # fmt: skip
        assert line in said


def test_cookies_are_bound_to_this_host_and_out_of_reach_of_scripts(said):
    cookies = [line for line in said.splitlines() if line.startswith("__Host-")]
    assert cookies
    for cookie in cookies:
        assert {"HttpOnly", "Secure", "SameSite=Lax", "Path=/"} <= {part.strip() for part in cookie.split(";")}
        assert "Domain" not in cookie
