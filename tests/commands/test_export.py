from pathlib import Path
from urllib.error import HTTPError
from urllib.request import HTTPBasicAuthHandler, HTTPPasswordMgrWithDefaultRealm, build_opener

import pytest

from b2bench.target import Target
from tests.commands.calling import exporting
from tests.exporters.web_files import PASSWORD, USERS, write_config


def test_metrics_are_behind_the_password_of_the_web_configuration_file(
    shop: Target, tmp_path: Path
) -> None:
    write_config(tmp_path, USERS)
    with exporting(shop, tmp_path, "--web-config", "web.yml") as url:
        with pytest.raises(HTTPError, match="401"):
            build_opener().open(url, timeout=10)
        passwords = HTTPPasswordMgrWithDefaultRealm()
        passwords.add_password(None, url, "alice", PASSWORD)
        with build_opener(HTTPBasicAuthHandler(passwords)).open(url, timeout=10) as answer:
            assert b"pg_up 1.0" in answer.read()
