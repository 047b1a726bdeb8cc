"""What the client counted and what the exporter shows, on a real run beside a real exporter."""

from pathlib import Path

from b2bench.records import read_record
from b2bench.runs import RECORD_FILE, RunRecord
from b2bench.target import Target
from tests.commands.calling import call, exporting, load_ran
from tests.exporters.exporters import scraped
from tests.exporters.join import falls, imbalance, joined_calls


def test_every_execution_of_a_run_is_found_under_its_request(shop: Target, tmp_path: Path) -> None:
    load = ("--users", "5", "--think", "0", "--duration", "3s", "--warm-up", "1s")
    with exporting(shop, tmp_path) as url:
        before = scraped(url)
        done = call("run", "mixed", *load, folder=tmp_path, target=shop)
        assert load_ran(done), done
        after = scraped(url)
    (path,) = tmp_path.glob(f"runs/*/{RECORD_FILE}")
    found = list(joined_calls(before, after, read_record(path, RunRecord)))
    assert {each.request for each in found} > {"price_item", "search_full_text"}
    assert [each for each in found if each.client != each.server] == []
    assert sum(each.client for each in found) > 100
    assert falls(before, after) == []
    assert imbalance(after) == 0
