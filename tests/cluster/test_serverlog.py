import json
from pathlib import Path

from b2bench.cluster.serverlog import ServerLog, last_words


def test_what_explains_a_failure_comes_without_its_prefix_and_its_consequences() -> None:
    stderr = """
        2026-11-23 22:57:24.1 UTC [7] FATAL:  could not extend file "base/1/2691"
        2026-11-23 22:57:24.1 UTC [7] HINT:  Check free disk space.
        Aborted
        initdb: removing data directory "/somewhere"
    """
    assert last_words(stderr) == ['could not extend file "base/1/2691"', "Check free disk space."]


def test_words_of_no_known_form_are_kept() -> None:
    assert last_words("libpq.so.5: cannot open shared object file\n") == [
        "libpq.so.5: cannot open shared object file"
    ]


def test_only_complaints_since_the_start_count(tmp_path: Path) -> None:
    log = ServerLog(data=tmp_path, stderr=tmp_path / "startup.log")
    file = tmp_path / "log" / "postgresql-Mon.json"
    file.parent.mkdir()
    file.write_text(_entry("FATAL", "yesterday's"), encoding="utf-8")
    sizes = log.sizes()
    with file.open("a", encoding="utf-8") as more:
        more.write(_entry("LOG", "listening on IPv4 address"))
        more.write(_entry("LOG", "could not bind", hint="Is another one running?"))
        more.write(_entry("FATAL", "no sockets") * 2 + '{"half an ent')
    assert log.complaints(sizes) == "could not bind: Is another one running?; no sockets"


def _entry(level: str, message: str, **more: str) -> str:
    return json.dumps({"error_severity": level, "message": message, **more}) + "\n"
