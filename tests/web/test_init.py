import os
import subprocess
import sys

from gridward.web.database.embedded import stop


def test_a_new_house_can_take_its_first_call_and_keeps_weak_passwords_out(tmp_path):
    tmp_path.chmod(0o755)
    folder = tmp_path / "house"
    environment = {**os.environ, "GRIDWARD_DATA_DIR": str(folder)}
    environment.pop("DATABASE_URL", None)
    command = [
        sys.executable,
        "-m",
        "gridward",
        "init",
        "--username",
        "chief",
        "--district",
        "500116",
        "--incident",
        "防汛",
    ]

    def init(password):
        return subprocess.run([*command, "--password", password], env=environment, capture_output=True, text=True)

    weak = init("1234")
    assert weak.returncode != 0
    for _again in range(2):
        done = subprocess.run(
            [*command, "--password", "a-long-enough-word"], env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
    counted = (
        "from gridward.kernel.models import *; "
        "print(User.objects.count(), Incident.objects.count(), Category.objects.count() > 10)"
    )
    shell = [sys.executable, "-m", "gridward", "manage", "shell", "-v", "0", "-c", counted]
    found = subprocess.run(shell, env=environment, capture_output=True, text=True)
    stop(folder)
    assert found.stdout.split() == ["1", "1", "True"], found.stderr
