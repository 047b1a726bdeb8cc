import pytest

from schema.personal.blind import INDEX_BYTES, blind_index, normalised_email, normalised_phone

_KEY = bytes(32)


@pytest.mark.parametrize("written", ["ana@example.com", " ANA@Example.com\n", "ａｎａ@example.com"])
def test_one_address_has_one_index_however_it_is_written(written: str) -> None:
    assert blind_index(_KEY, 1, "email", written) == blind_index(
        _KEY, 1, "email", "Ana@example.com"
    )


@pytest.mark.parametrize("written", ["+1 (555) 000-1234", "+1.555.000.1234", "＋15550001234"])
def test_one_number_has_one_index_however_it_is_written(written: str) -> None:
    assert normalised_phone(written) == "+15550001234"


def test_normalising_twice_changes_nothing() -> None:
    for text in ("Straße@Example.com", "ΑΣ@example.com", "ﬁ@example.com", "\u1e9e@x.de"):
        assert normalised_email(normalised_email(text)) == normalised_email(text)


def test_the_index_depends_on_key_version_and_column() -> None:
    indexes = {
        blind_index(_KEY, 1, "email", "1"),
        blind_index(_KEY, 2, "email", "1"),
        blind_index(b"1" * 32, 1, "email", "1"),
        blind_index(_KEY, 1, "phone", "1"),
    }
    assert len(indexes) == 4
    assert {len(index) for index in indexes} == {INDEX_BYTES} == {18}


def test_the_digest_is_the_published_function() -> None:
    # openssl: printf 'accounts.email\0ana@example.com' | openssl dgst -sha256 -mac HMAC
    #          -macopt hexkey:00…00 (32 bytes), the first 16 bytes
    assert (
        blind_index(_KEY, 1, "email", "ana@example.com").hex()
        == "000188de705f56b0a0fa9ff4563b3e2e5c9d"
    )
