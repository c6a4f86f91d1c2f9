from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from peephole.model.predictor import Predictor
from peephole.server.engine import Engine


@pytest.fixture
def checkpoint(words: Predictor) -> Path:
    return words.runtime.checkpoint.folder


def test_a_folder_may_be_named_by_its_place_in_the_home_folder(
    checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    shutil.copytree(checkpoint, tmp_path / "model")
    engine = Engine()
    engine.load(Path("~/model"), 1)
    assert engine.condition.state == "ready"


def test_a_home_folder_of_nobody_leaves_the_model_inactive_with_the_reason() -> None:
    engine = Engine()
    engine.load(Path("~nobody-of-this-name/model"), 1)
    assert engine.condition.state == "inactive"
    assert "~nobody-of-this-name" in str(engine.condition.reason)


def test_a_model_that_is_not_wanted_any_more_is_never_seen(checkpoint: Path) -> None:
    engine = Engine()
    overtaken = engine.expect()
    wanted = engine.expect()
    engine.load(checkpoint, 1, overtaken)
    assert engine.condition.state == "loading"
    engine.load(checkpoint, 1, wanted)
    assert engine.condition.state == "ready"


FIRST_COMPLETION = """
import sys
from pathlib import Path
from peephole.server.engine import Engine

engine = Engine()
engine.load(Path(sys.argv[1]), 1)
predictor = engine.condition.predictor
assert predictor is not None, engine.condition.reason
before = set(sys.modules)

from peephole.model.budget import DEFAULT
from peephole.server.answer import Asked, ClientSupport
from peephole.server.completion import complete
from peephole.server.document import Document
from peephole.server.inline_completion import TYPED, complete_line
from peephole.server.session import Session
from peephole.server.settings import Settings

document = Document.opened("", "java", 0, "int total = 0;", "utf-16")
desk = Session("", "java", document).desk(predictor, DEFAULT)
desk.lay(document)
asked = Asked(document, desk, predictor, Settings(), ClientSupport(), lambda: False)
complete(asked, 5)
complete_line(asked, 5, TYPED)
print(*sorted(set(sys.modules) - before))
"""


def test_the_first_completion_imports_nothing_that_loading_has_not(checkpoint: Path) -> None:
    asked = [sys.executable, "-c", FIRST_COMPLETION, str(checkpoint)]
    done = subprocess.run(asked, capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
