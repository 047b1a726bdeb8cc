"""Histograms in HdrHistogram's log format, tagged `<query class>/<kind>`, in microseconds."""

import io
import math
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from hdrh.histogram import HdrHistogram
from hdrh.log import HistogramLogReader, HistogramLogWriter

from b2bench.errors import RunFailed
from b2bench.records import write_atomically
from loadgen.driver.histogram import DIGITS, LONGEST_US, Histogram

KINDS = ("response", "service", "lag")
_US_PER_MS = 1_000.0
_MS_PER_S = 1_000


def write_histograms(
    path: Path,
    histograms: Iterable[tuple[str, Histogram]],
    *,
    start_unix_s: float,
    begin_unix_s: float,
    end_unix_s: float,
) -> None:
    """Write tagged histograms as one log.

    Args:
        path: the file.
        histograms: each with its tag.
        start_unix_s: of the load.
        begin_unix_s: of what the histograms count.
        end_unix_s: of what they count.

    Raises:
        BadInput: the file cannot be written.
    """
    text = io.StringIO()
    writer = HistogramLogWriter(text)
    writer.output_log_format_version()
    # rounded down: a reader drops what begins before the start
    shown_s = math.floor(start_unix_s * _MS_PER_S) / _MS_PER_S
    writer.output_comment(f"[StartTime: {shown_s:.3f} (seconds since epoch)]")
    writer.output_legend()
    for tag, histogram in histograms:
        text.write(f"Tag={tag},")
        writer.output_interval_histogram(histogram.hdr, begin_unix_s, end_unix_s, _US_PER_MS)
    write_atomically(path, text.getvalue().encode())


def read_histograms(path: Path) -> dict[str, Histogram]:
    """Return the histograms of a log by their tags; several of one tag are added.

    Raises:
        RunFailed: the file cannot be read.
    """
    found = defaultdict[str, Histogram](Histogram)
    try:
        reader = HistogramLogReader(str(path), HdrHistogram(1, LONGEST_US, DIGITS))
    except OSError as error:
        raise RunFailed(f"{path} cannot be read: {error.strerror}") from error
    try:
        # relative to the start, which is written to the millisecond, the first could lie before it
        while (read := reader.get_next_interval_histogram(absolute=True)) is not None:
            found[read.get_tag() or ""].hdr.add(read)
    finally:
        reader.input_file.close()
    return dict(found)
