"""The EXPLAIN report of a real capture."""

import json
import re

from b2bench.queries import QueryClass
from b2bench.target import Target
from reports.capture import Capture
from reports.explain_page import render_explain_page
from reports.redaction import redact_sql
from tests.figures.html import assert_offline_and_sound
from tests.reports.shop import captured, explanation


def test_the_page_is_sound_and_names_every_class(
    shop_capture: Capture, queries: tuple[QueryClass, ...]
) -> None:
    outline = assert_offline_and_sound(render_explain_page(explanation(shop_capture)))
    for query in queries:
        assert query.name in outline.text
        assert query.why in outline.text
        assert f"query-{query.name}" in outline.ids
        for step in query.steps:
            assert redact_sql(step.sql) in outline.text


def test_constants_are_hidden_unless_they_are_asked_for(shop_capture: Capture) -> None:
    assert "SKU-4711" not in render_explain_page(explanation(shop_capture))
    page = render_explain_page(explanation(shop_capture), show_arguments=True)
    assert "(products.sku = &#39;SKU-4711&#39;::text)" in page
    assert ":sku = SKU-4711" in page


def test_every_number_of_a_plan_is_in_the_page(shop_capture: Capture) -> None:
    page = render_explain_page(explanation(shop_capture))
    embedded = re.findall(r'<script type="application/json" id="([^"]+)">(.*?)</script>', page)
    plans = {identity: json.loads(text) for identity, text in embedded}
    shown = plans["query-find_sku-typical-main"]
    assert shown["Plan"]["Index Name"] == "products_sku"
    original = shop_capture.classes[1].cases[0].steps[0].plan
    assert shown["Plan"].keys() == original["Plan"].keys()
    assert shown["Execution Time"] == original["Execution Time"]


def test_an_allowed_scan_is_shown_with_its_reason(shop_capture: Capture) -> None:
    text = assert_offline_and_sound(render_explain_page(explanation(shop_capture))).text
    assert "allowed: a page of the back office, once a day" in text
    assert "nothing needs attention" in text


def test_a_class_that_could_not_be_explained_is_on_the_page(
    shop: Target, queries: tuple[QueryClass, ...]
) -> None:
    page = render_explain_page(explanation(captured(shop, queries, clone=False)))
    text = assert_offline_and_sound(page).text
    assert "needs-clone" in text
    assert "1 warning in 5 query classes" in text
