from __future__ import annotations

import pytest

from peephole.server.exclusion import excluding_pattern, reason_to_forget, reason_to_rest
from peephole.server.settings import SECRETS, DocumentSettings


@pytest.mark.parametrize(
    ("uri", "pattern"),
    [
        ("file:///home/a/.env", ".env"),
        ("file:///home/a/.ENV", ".env"),
        ("file:///home/a/%2Eenv", ".env"),
        ("file:///home/a/prod.env", "*.env"),
        ("file:///home/a/.env.local", ".env.*"),
        ("file:///home/a/.ssh/config.py", ".ssh"),
        ("file:///c%3A/Users/a/.aws/x.py", ".aws"),
        ("file:///home/a/server.pem", "*.pem"),
        ("file:///home/a/id_rsa.py", "id_rsa*"),
        ("untitled:secrets.py", "secrets.*"),
    ],
)
def test_what_commonly_holds_secrets_is_shut_out_by_its_path(uri: str, pattern: str) -> None:
    assert excluding_pattern(uri, SECRETS) == pattern


@pytest.mark.parametrize(
    "uri", ["file:///home/a/environment.py", "file:///home/a/Keys.java", "untitled:Untitled-1", "file:///a/envoy/x.py"]
)
def test_ordinary_sources_are_not_shut_out(uri: str) -> None:
    assert excluding_pattern(uri, SECRETS) is None


def test_a_pattern_with_a_slash_is_held_against_the_whole_path() -> None:
    assert excluding_pattern("file:///w/generated/a/B.java", ("*/generated/*",)) == "*/generated/*"
    assert excluding_pattern("file:///w/src/a/B.java", ("*/generated/*",)) is None


@pytest.mark.parametrize("uri", ["file:///c%3A/Users/me/keys/a.py", "file:///C:/Users/me/keys/a.py"])
def test_a_drive_of_windows_is_written_as_in_a_path(uri: str) -> None:
    assert excluding_pattern(uri, ("C:/Users/*/keys/*",)) == "C:/Users/*/keys/*"
    assert excluding_pattern(uri, ("D:/Users/*",)) is None


def test_each_refusal_says_why() -> None:
    settings = DocumentSettings(languages=("python",), largest_characters=1_000)
    assert reason_to_forget("file:///a.py", 1_000, settings) is None
    assert reason_to_rest("python", settings) is None
    reasons = [
        reason_to_rest("rust", settings),
        reason_to_forget("file:///.env", 10, settings),
        reason_to_forget("file:///a.py", 1_001, settings),
    ]
    assert reasons == [
        "the language 'rust' is not one of documents.languages (python)",
        "its path matches the excluded pattern '.env'",
        "it has 1001 characters, more than documents.largestCharacters (1000)",
    ]
