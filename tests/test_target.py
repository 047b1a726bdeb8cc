import pytest

from b2bench.errors import BadInput
from b2bench.target import Target


@pytest.mark.parametrize(
    "dsn",
    [
        "postgresql://user:y@host=a password=SECRET",
        "postgresql://user:SE CRET@host/shop",
        "postgresql://user:SECRET%zz@host/shop",
        "host=a password='SECRET",
        'postgresql://user:a"SECRET b@host/shop',
    ],
)
def test_a_connection_string_that_cannot_be_read_is_not_quoted(dsn: str) -> None:
    with pytest.raises(BadInput, match="cannot be read") as refused:
        Target.parse(dsn)
    assert "SE" not in str(refused.value)
    assert "CRET" not in str(refused.value)
    assert refused.value.__suppress_context__
