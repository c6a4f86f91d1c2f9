"""`peephole check` in a project: what it passes over, what it takes for known, and as a hook before commits."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from commanding import assert_fails, peephole

from peephole.server.commands.gathering import gather

ROOT = Path(__file__).parents[2]
SURELY = ("--sensitivity", "100", "--model")
"""Whatever is calibrated: what is as good as certain is found."""

WRONG = "\n get();\n vuz();\n get();\n"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("A.java", "\n get();\n vuz(); // peephole: ignore\n get();\n"),
        ("a.py", "\n get();\n vuz();\t# peephole: ignore\n get();\n"),
        ("b.py", "\n get();\n\t # peephole: ignore\n vuz();\n get();\n"),
        ("B.java", "/* peephole: ignore-file */\n vuz();\n wuz();\n"),
    ],
)
def test_comments_hush_in_every_kind_of_line_ending(sure_folder: Path, tmp_path: Path, name: str, text: str) -> None:
    for number, ending in enumerate(("\n", "\r\n", "\r")):
        (tmp_path / f"{number}{name}").write_bytes(text.replace("\n", ending).encode())
    (tmp_path / "plain.py").write_text(WRONG)
    found = peephole("check", tmp_path, *SURELY, sure_folder)
    assert found.returncode == 1
    assert found.stdout.startswith(f"{tmp_path / 'plain.py'}:3:2: 'vuz'")
    assert found.stdout.count("\n") == 1


def test_a_folder_is_looked_through_by_the_rules_of_a_workspace(sure_folder: Path, tmp_path: Path) -> None:
    for name in ("a.py", "b/C.java", "made/d.py", "build/e.py", ".hidden/f.py", "credentials.py", "g.txt", ".ssh/h.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(WRONG)
    (tmp_path / ".gitignore").write_text("made/\n")
    found = peephole("check", ".", "b", "made/d.py", "credentials.py", "--json", *SURELY, sure_folder, folder=tmp_path)
    paths = [finding["path"] for finding in json.loads(found.stdout)]
    assert paths == ["a.py", os.path.join("b", "C.java"), os.path.join("made", "d.py")]  # noqa: PTH118
    assert found.returncode == 1
    assert found.stderr.startswith("note: credentials.py: left out")
    assert found.stderr.count("\n") == 1


def test_of_a_folder_the_files_of_the_wanted_languages_are_taken(tmp_path: Path) -> None:
    for name in ("Main.java", "main.go", "main.py"):
        (tmp_path / name).write_text("x")
    found = gather([tmp_path], ("go", "python"), pytest.fail, pytest.fail)
    assert [path.name for path in found] == ["main.go", "main.py"]


def test_a_baseline_leaves_what_is_new(sure_folder: Path, tmp_path: Path) -> None:
    source, known = tmp_path / "a.py", tmp_path / "known.json"
    source.write_text(WRONG)
    options = (tmp_path, *SURELY, sure_folder, "--baseline", known)
    assert_fails(peephole("check", *options), "known.json", "--write-baseline")
    written = peephole("check", *options, "--write-baseline")
    assert (written.returncode, written.stdout) == (0, "")
    assert "1 findings are known" in written.stderr
    source.write_text(WRONG.replace("vuz", "get", 1) + WRONG + " wuz();\n")
    found = peephole("check", *options)
    assert found.returncode == 1
    assert found.stdout.startswith(f"{source}:9:2: 'wuz'")
    assert found.stdout.count("\n") == 1
    assert peephole("check", *options, "--write-baseline").returncode == 0
    again = peephole("check", *options)
    assert (again.returncode, again.stdout) == (0, "")
    text = known.read_text()
    assert "vuz" not in text
    assert "get" not in text


def test_a_baseline_needs_a_place(java_file: Path, sure_folder: Path) -> None:
    assert_fails(peephole("check", java_file, "--write-baseline", *SURELY, sure_folder), "--baseline FILE")


def test_what_is_found_need_not_fail_but_what_cannot_be_checked_does(sure_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(WRONG)
    found = peephole("check", tmp_path, "--exit-zero", *SURELY, sure_folder)
    assert (found.returncode, found.stdout.count("\n")) == (0, 1)
    assert peephole("check", tmp_path, tmp_path / "b.py", "--exit-zero", *SURELY, sure_folder).returncode == 2


def test_who_wants_no_findings_in_clean_code_gets_none(sure_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(WRONG)
    assert peephole("check", tmp_path, "--sensitivity", "0", "--model", sure_folder).returncode == 0
    assert peephole("check", tmp_path, "--sensitivity", "100", "--model", sure_folder).returncode == 1
    for bad in ("-1", "nan", "101", "much"):
        refused = peephole("check", tmp_path, f"--sensitivity={bad}")
        assert (refused.returncode, refused.stdout) == (2, "")
        assert "--sensitivity" in refused.stderr


def test_a_terminal_sees_how_far_it_has_come_and_nobody_else(sure_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(WRONG)
    (tmp_path / "b.py").write_text("\n get();\n")
    assert peephole("check", tmp_path, *SURELY, sure_folder).stderr == ""
    controller, terminal = pty.openpty()
    command = [sys.executable, "-m", "peephole.server", "check", str(tmp_path), *SURELY, str(sure_folder)]
    found = subprocess.run(command, stdout=subprocess.PIPE, stderr=terminal, text=True, timeout=120, check=False)
    os.close(terminal)
    shown = b""
    while chunk := read(controller):
        shown += chunk
    os.close(controller)
    assert (found.returncode, found.stdout.count("\n")) == (1, 1)
    assert "1 of 2 files, 0 found" in shown.decode()
    assert "2 of 2 files, 1 found" in shown.decode()
    assert shown.endswith(b"\r\x1b[K")


def read(controller: int) -> bytes:
    """What a terminal was sent; nothing once its other end is closed."""
    try:
        return os.read(controller, 4096)
    except OSError:
        return b""


def test_the_hook_is_valid_and_checks_what_is_committed(sure_folder: Path, tmp_path: Path) -> None:
    bin_folder = Path(sys.executable).parent
    manifest = ROOT / ".pre-commit-hooks.yaml"
    home = {"PRE_COMMIT_HOME": str(tmp_path / "home"), "PATH": f"{bin_folder}{os.pathsep}{os.environ['PATH']}"}

    def pre_commit(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "pre_commit", *map(str, arguments)]
        environment = os.environ | home
        return subprocess.run(command, capture_output=True, text=True, check=False, cwd=project, env=environment)

    project = tmp_path / "project"
    project.mkdir()
    assert pre_commit("validate-manifest", manifest).returncode == 0
    # The hook as it stands there, but for this installation in place of one that would be made from the network.
    entry = f"entry: peephole check --sensitivity 100 --model {sure_folder} --memory document"
    hook = manifest.read_text().replace("entry: peephole check", entry).replace("language: python", "language: system")
    indented = "".join(f"      {line}\n" for line in hook.splitlines())
    (project / ".pre-commit-config.yaml").write_text(f"repos:\n  - repo: local\n    hooks:\n{indented}")
    (project / "a.py").write_text(WRONG)
    (project / "b.txt").write_text(WRONG)
    subprocess.run(["git", "init", "-q"], cwd=project, check=True)
    subprocess.run(["git", "add", "."], cwd=project, check=True)
    found = pre_commit("run", "--all-files")
    assert found.returncode == 1
    assert "a.py:3:2: 'vuz' is improbable" in found.stdout
    assert "b.txt" not in found.stdout
    (project / "a.py").write_text("\n get();\n")
    subprocess.run(["git", "add", "."], cwd=project, check=True)
    assert pre_commit("run", "--all-files").returncode == 0
