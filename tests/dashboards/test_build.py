"""The dashboards as they are committed: current, complete, and without a dead end."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from dashboards.boards import BOARDS
from dashboards.build import FOLDER, build, write
from dashboards.model import Dashboard
from tests.components import require

_HOME = Path(__file__).parents[2] / "dashboards"
_GRAFANAS = {"__rate_interval"}


def expressions(board: Dashboard) -> list[str]:
    asked = [query.expr for panel in board.panels for query in panel.queries]
    choices = [variable.query for variable in board.variables]
    return [*asked, *choices, *(annotation.expr for annotation in board.annotations)]


def test_the_committed_json_is_what_the_code_builds() -> None:
    assert {path.name for path in FOLDER.iterdir()} == set(build())
    for name, content in build().items():
        assert (FOLDER / name).read_bytes() == content, "run `make generate`"


def test_what_is_no_dashboard_any_more_is_removed(tmp_path: Path) -> None:
    (tmp_path / "old.json").touch()
    write(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == set(build())


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.uid)
def test_every_panel_says_what_it_shows_and_in_which_unit(board: Dashboard) -> None:
    assert board.description.endswith(".")
    for panel in board.panels:
        assert panel.description.endswith("."), panel.title
        assert panel.unit, panel.title
        assert not panel.empty_because.endswith("."), panel.title


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.uid)
def test_titles_are_unique_in_a_row(board: Dashboard) -> None:
    for row in board.rows:
        titles = [panel.title for panel in row.panels]
        assert len(titles) == len(set(titles)), row.title


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.uid)
def test_expressions_use_the_dashboards_own_choices(board: Dashboard) -> None:
    declared = {variable.name for variable in board.variables} | _GRAFANAS
    for expr in expressions(board):
        used = set(re.findall(r"\$(\w+)", expr))
        assert used <= declared, expr


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.uid)
def test_every_choice_is_used(board: Dashboard) -> None:
    panels = " ".join(query.expr for panel in board.panels for query in panel.queries)
    for variable in board.variables:
        assert f"${variable.name}" in panels


def test_links_lead_to_a_dashboard_that_has_the_choice() -> None:
    choices = {board.uid: {variable.name for variable in board.variables} for board in BOARDS}
    links = [panel.link for board in BOARDS for panel in board.panels if panel.link]
    assert links
    assert all(link.label in choices[link.uid] for link in links)


def test_every_dashboard_links_to_the_others_with_time_and_choices() -> None:
    for content in build().values():
        made = json.loads(content)
        (link,) = made["links"]
        assert set(link["tags"]) <= set(made["tags"])
        assert (link["type"], link["keepTime"], link["includeVars"]) == ("dashboards", True, True)


@pytest.mark.parametrize("name", [f"{board.uid}.json" for board in BOARDS])
def test_no_panel_lies_over_another(name: str) -> None:
    cells = set[tuple[int, int]]()
    for panel in json.loads(build()[name])["panels"]:
        place = panel["gridPos"]
        own = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert place["x"] + place["w"] <= 24
        assert not own & cells, panel["title"]
        cells |= own


def test_promtool_accepts_the_scrape_configuration() -> None:
    checked = subprocess.run(
        [require("promtool"), "check", "config", _HOME / "prometheus.yml"],
        check=False,
        capture_output=True,
        text=True,
    )
    assert checked.returncode == 0, checked.stderr
    assert "WARNING" not in checked.stdout + checked.stderr


@pytest.mark.parametrize(
    "path",
    [*_HOME.glob("*.yml"), *_HOME.glob("provisioning/*/*.yml")],
    ids=lambda path: str(path.relative_to(_HOME)),
)
def test_what_is_provisioned_is_yaml(path: Path) -> None:
    assert yaml.safe_load(path.read_text(encoding="utf-8"))
    assert path.read_text(encoding="utf-8").startswith("# ")


def _services() -> dict[str, Any]:
    compose = yaml.safe_load((_HOME / "compose.yml").read_text(encoding="utf-8"))
    return dict(compose["services"])


def test_everything_that_compose_mounts_is_there_and_cannot_be_written() -> None:
    mounts = [volume for each in _services().values() for volume in each["volumes"]]
    # runs and volumes are made by who uses them
    own = [mount.split(":") for mount in mounts if mount.startswith("./")]
    assert own
    for source, _, mode in own:
        assert (_HOME / source).exists(), source
        assert mode == "ro"


def test_everything_that_compose_copies_is_there() -> None:
    build = _services()["exporter"]["build"]
    folder = _HOME / build["context"]
    copies = re.findall(r"^COPY (.+) \S+$", build["dockerfile_inline"], re.MULTILINE)
    sources = [source for line in copies for source in line.split()]
    assert "exporters" in sources
    assert all((folder / source).exists() for source in sources)


def test_compose_listens_on_this_machine_only_and_pins_versions() -> None:
    for name, service in _services().items():
        said = json.dumps([service["command"] if name != "grafana" else service["environment"]])
        assert "127.0.0.1" in said
        assert "0.0.0.0" not in said  # noqa: S104 (what must not be there)
        assert "ports" not in service
        assert re.search(r":v?\d+\.\d+\.\d+$", service["image"])


def test_grafana_finds_the_dashboards_where_compose_mounts_them() -> None:
    volumes = [volume.split(":") for volume in _services()["grafana"]["volumes"]]
    mounted = {volume[1]: volume[0] for volume in volumes}
    provider = yaml.safe_load(
        (_HOME / "provisioning" / "dashboards" / "b2bench.yml").read_text(encoding="utf-8")
    )["providers"][0]
    assert (_HOME / mounted[provider["options"]["path"]]).resolve() == FOLDER
