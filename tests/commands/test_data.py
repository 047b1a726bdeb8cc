"""`b2bench data` as a person calls it: what it shows, and what it exits with."""

from decimal import Decimal
from pathlib import Path

from b2bench.database import connect
from b2bench.marker import require_data_set
from b2bench.target import Target
from tests.commands.calling import call, refusal


def test_a_fresh_data_set_is_verified(shop: Target, tmp_path: Path) -> None:
    done = call("data", "verify", folder=tmp_path, target=shop)
    assert done.returncode == 0, done.stderr
    assert "rules of the data contract are kept" in done.stdout


def test_a_broken_rule_is_named_with_what_breaks_it(shop: Target, tmp_path: Path) -> None:
    with connect(shop) as connection:
        connection.execute("DELETE FROM product_images WHERE id = 7")
    done = call("data", "verify", folder=tmp_path, target=shop)
    assert done.returncode == 1
    [line] = [line for line in done.stdout.splitlines() if "  broken  " in line]
    assert "as many rows as declared" in line
    assert "product_images: 799 instead of 800" in line


def test_what_is_loaded_can_be_grown(shop: Target, tmp_path: Path) -> None:
    before = require_data_set(shop)
    done = call("data", "generate", "--grow", "1.5x", folder=tmp_path, target=shop)
    assert done.returncode == 0, done.stderr
    after = require_data_set(shop)
    assert (after.profile, after.scale, after.seed) == ("tiny", Decimal("1.5"), before.seed)
    assert after.rows["products"] == before.rows["products"] * 1.5


def test_churn_is_told_and_noted(shop: Target, tmp_path: Path) -> None:
    done = call(
        "data", "generate", "--profile", "tiny", "--churn", "5%", folder=tmp_path, target=shop
    )
    assert done.returncode == 0, done.stderr
    assert "neither VACUUM nor ANALYZE has seen it" in done.stdout
    assert require_data_set(shop).last_run == "churn 5%"


def test_an_unfinished_load_names_the_command_that_goes_on(shop: Target, tmp_path: Path) -> None:
    with connect(shop) as connection:
        connection.execute("UPDATE b2bench_meta.data_set SET state = 'loading', scale = 2.50")
    said = refusal(call("data", "verify", folder=tmp_path, target=shop))
    assert "`b2bench data generate --profile tiny --scale 2.5 --seed 1`" in said


def test_a_database_of_an_older_version_asks_for_a_reset(shop: Target, tmp_path: Path) -> None:
    with connect(shop) as connection:
        connection.execute("ALTER TABLE b2bench_meta.data_set DROP COLUMN table_sha256")
    for command in (["data", "generate", "--profile", "tiny"], ["data", "describe"]):
        said = refusal(call(*command, folder=tmp_path, target=shop))
        assert "run `b2bench schema reset`" in said
