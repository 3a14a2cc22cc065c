"""The option --no-skips of conftest.py, in a test run of its own."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SKIPS = {
    "by_mark": "import pytest\n@pytest.mark.skip(reason='Grund')\ndef test_it(): pass\n",
    "in_the_test": "import pytest\ndef test_it(): pytest.skip('Grund')\n",
    "at_collection": "import pytest\npytest.skip('Grund', allow_module_level=True)\n",
    "by_missing_module": "import pytest\npytest.importorskip('no_such_module', reason='Grund')\n",
}


def pytest_on(source: str, folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    shutil.copy(Path(__file__).with_name("conftest.py"), folder)
    (folder / "test_one.py").write_text(source, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *options]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("source", SKIPS.values(), ids=SKIPS)
def test_with_no_skips_a_skip_fails_and_tells_its_reason(source: str, tmp_path: Path) -> None:
    done = pytest_on(source, tmp_path, "--no-skips")
    assert done.returncode not in (0, 5)
    assert "--no-skips: " in done.stdout
    assert "Grund" in done.stdout


def test_without_the_option_a_skip_is_a_skip(tmp_path: Path) -> None:
    assert pytest_on(SKIPS["in_the_test"], tmp_path).returncode == 0


def test_an_expected_failure_is_no_skip(tmp_path: Path) -> None:
    source = "import pytest\n@pytest.mark.xfail\ndef test_it(): assert False\n"
    assert pytest_on(source, tmp_path, "--no-skips").returncode == 0
