"""Every kind of secret is masked, look-alikes are not, and masking twice is masking once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peephole.training.corpus.masking import MASKED_ADDRESS, mask

# Put together here, so that no scanner takes the tests for a leak.
SECRETS = {
    "aws": "AKIA" + "Z9Y8" * 4,
    "github": "ghp_" + "a1B2" * 9,
    "slack": "xoxb-" + "123456-" * 3 + "abcdef",
    "google": "AIza" + "aB3_x" * 7,
    "stripe": "sk_live_" + "q1W2" * 6,
    "jwt": "eyJ" + "hbGciOi" * 2 + ".eyJ" + "zdWIiOi" * 2 + "." + "s1gN_tur" * 3,
    "private key": "-----BEGIN RSA PRIVATE KEY-----\nMIIE" + "pAIB\n" * 9 + "-----END RSA PRIVATE KEY-----",
    "address": "jo.doe+list@mail.acme.org",
}
FINE_GRAINED = "github_pat_" + "11ABC_def" * 4


@pytest.mark.parametrize("kind", SECRETS)
def test_each_kind_of_secret_is_masked_and_counted(kind: str) -> None:
    secret = SECRETS[kind]
    masked, counts = mask(f'key = "{secret}"  # mine')
    assert secret not in masked
    assert counts == {kind: 1}
    assert masked.startswith('key = "')
    assert masked.endswith('"  # mine')


def test_a_fine_grained_token_and_a_pgp_block_are_masked() -> None:
    block = "-----BEGIN PGP PRIVATE KEY BLOCK-----\nlQOYBF\n-----END PGP PRIVATE KEY BLOCK-----"
    masked, counts = mask(f"{FINE_GRAINED}\n{block}")
    assert "11ABC_def" not in masked
    assert "lQOYBF" not in masked
    assert counts == {"github": 1, "private key": 1}


@pytest.mark.parametrize("address", ["JO.DOE@ACME.ORG", "Jo@Mail.Acme.Com", "jo@acme.io"])
def test_an_address_is_masked_however_it_is_written(address: str) -> None:
    assert mask(f"// by {address}.") == (f"// by {MASKED_ADDRESS}.", {"address": 1})


def test_a_key_keeps_its_shape_and_an_address_stays_an_address() -> None:
    masked, _ = mask(SECRETS["aws"] + " " + SECRETS["address"])
    assert masked == "AKIA" + "x" * 16 + " " + MASKED_ADDRESS


@pytest.mark.parametrize(
    "code",
    [
        "y = weights@inputs.T",
        "z = left@right.dot(other)",
        "@dataclass\nclass A: pass",
        "@app.route('/x')",
        "@Override public int get() { return 1; }",
        "AKIAIO = AKIA + 1",
        "-----BEGIN CERTIFICATE-----",
        "sk_live = sk_test",
    ],
)
def test_code_that_resembles_a_secret_is_left_alone(code: str) -> None:
    assert mask(code) == (code, {})


@given(st.lists(st.one_of(st.sampled_from(list(SECRETS.values())), st.text('aA1@.-_ \n"', max_size=12)), max_size=8))
def test_masking_twice_is_masking_once(parts: list[str]) -> None:
    once, _ = mask(" ".join(parts))
    assert mask(once)[0] == once
