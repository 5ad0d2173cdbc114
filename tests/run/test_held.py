"""Files held by one process, and what becomes of it when that is killed."""

import subprocess
import sys

import pytest

from weldfusion.errors import RunError
from weldfusion.run.held import held

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no locks there")
HOLD = """
import sys
from pathlib import Path
from weldfusion.run.held import held
with held([Path(sys.argv[1])], ""):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_file_is_held_until_its_process_is_killed(tmp_path):
    files = [tmp_path / "logs" / name for name in ("a.log", "b.log")]
    files[1].parent.mkdir()
    files[1].write_text("told before\n")
    words = [sys.executable, "-c", HOLD, str(files[1])]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout.readline() == "held\n"
        with held(files[:1], "trains"):
            pass
        with pytest.raises(RunError, match=r"b\.log: another process trains; wait"), held(files, "trains"):
            pass
        other.kill()
    with held(files, "trains"):
        assert files[1].read_text() == "told before\n"
