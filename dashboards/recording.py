"""A run's recorded metrics: found, and written as Prometheus's tool wants to have them."""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from statistics import median

from b2bench.errors import BadInput
from b2bench.runs import METRICS_FILE
from dashboards.window import Window

USUAL_INTERVAL_S = 5.0
_GZIP = 16 + zlib.MAX_WBITS
# what Prometheus would have written to each series, had it scraped
_SCRAPED_AS = 'instance="run",job="b2bench"'
_FAMILY = re.compile(r"# (?:HELP|TYPE|UNIT) (\S+)")
_UP = "up"


@dataclass(slots=True)
class _Family:
    """A metric family: its comments, and the samples of each series in order of time."""

    comments: dict[str, None] = field(default_factory=dict)
    samples: dict[str, list[str]] = field(default_factory=dict)


def find_recording(place: Path) -> Path:
    """Return the recording of a run's folder, or the newest one in a folder of runs.

    Raises:
        BadInput: there is none.
    """
    if (place / METRICS_FILE).is_file():
        return place / METRICS_FILE
    if found := sorted(place.glob(f"*/{METRICS_FILE}"), key=lambda file: file.parent.name):
        return found[-1]
    raise BadInput(f"{place} has no {METRICS_FILE}: record one with `b2bench run --record-metrics`")


def regroup(recording: Path, into: Path) -> Window:
    """Write a recording as OpenMetrics, family by family and series by series.

    Returns: the time that it is of.

    Raises:
        BadInput: the recording cannot be read, or holds no whole scrape.
    """
    families, moments = dict[str, _Family](), list[float]()
    for scrape in _scrapes(recording):
        moments += _sort(scrape, families)
    if not moments:
        raise BadInput(f"{recording} holds no whole scrape: record the run again")
    with into.open("w", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for each in families.values() for line in _lines(each))
        file.write("# EOF\n")
    apart = [after - before for before, after in pairwise(moments)]
    interval_s = max(1.0, float(round(median(apart)))) if apart else USUAL_INTERVAL_S
    # looked at in the middle between two scrapes, so that each moment has one scrape and no more
    middle_s = interval_s / 2
    return Window(
        begin_s=moments[0] + middle_s, end_s=moments[-1] + middle_s, interval_s=interval_s
    )


def _scrapes(recording: Path) -> Iterator[str]:
    """Yield the text of each whole gzip member; the last one may have been cut off."""
    try:
        data = recording.read_bytes()
    except OSError as error:
        raise BadInput(f"{recording} cannot be read: {error.strerror}") from error
    while data:
        member = zlib.decompressobj(_GZIP)
        try:
            text = member.decompress(data)
        except zlib.error as error:
            raise BadInput(f"{recording} is damaged ({error}): record the run again") from error
        if not member.eof:
            return
        yield text.decode()
        data = member.unused_data


def _sort(scrape: str, families: dict[str, _Family]) -> Iterator[float]:
    """Put a scrape's lines into families; yield its moment, once."""
    current = _Family()
    for line in scrape.splitlines():
        if named := _FAMILY.match(line):
            current = families.setdefault(named[1], _Family())
            current.comments[line] = None
            continue
        series, value, at_s = line.rsplit(" ", 2)
        current.samples.setdefault(series, []).append(f"{value} {at_s}")
        if series == _UP:
            yield float(at_s)


def _lines(each: _Family) -> Iterator[str]:
    yield from each.comments
    for series, samples in each.samples.items():
        name, _, labels = series.partition("{")
        labelled = f"{name}{{{_SCRAPED_AS}{f',{labels}' if labels else '}'}"
        yield from (f"{labelled} {sample}" for sample in samples)
