"""Ask a Prometheus: an expression at a moment or over time, and the values of a label."""

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode, urlsplit
from urllib.request import OpenerDirector, ProxyHandler, Request, build_opener

from b2bench.errors import BadInput

TIMEOUT_S = 30.0
USUAL_INTERVAL_S = 15.0
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}
_MEND = "start one with `b2bench monitor`, or name another with --prometheus"
_DURATION = re.compile(r"([\d.]+)(ms|s|m|h)")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}

Points = tuple[tuple[float, float], ...]


class ExpressionRefused(BadInput):
    """Prometheus cannot evaluate an expression."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Labels and points (Unix time in seconds, value), those that are no numbers left out."""

    labels: Mapping[str, str]
    points: Points

    @property
    def last(self) -> float:
        """The newest value; a series without any is none."""
        return self.points[-1][1]


class Prometheus:
    """A Prometheus by its address, such as `http://127.0.0.1:9090`.

    Raises:
        BadInput: it is no address of the web.
    """

    def __init__(self, address: str, *, timeout_s: float = TIMEOUT_S) -> None:
        parts = urlsplit(address)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise BadInput(
                f"{address!r} is no address of a Prometheus: write http://127.0.0.1:9090"
            )
        self.address = address.rstrip("/")
        self._timeout_s = timeout_s
        self._opener = _opener(parts.hostname)

    def query(self, expr: str, *, at_s: float) -> tuple[Series, ...]:
        """Return what an expression is at a moment.

        Raises:
            ExpressionRefused: Prometheus cannot evaluate it.
            BadInput: there is no Prometheus.
        """
        data = self._ask("query", {"query": expr, "time": f"{at_s:.3f}"})
        return tuple(_series(data))

    def query_range(
        self, expr: str, *, begin_s: float, end_s: float, step_s: float
    ) -> tuple[Series, ...]:
        """Return what an expression is over a time.

        Raises: as `query`.
        """
        span = {"start": f"{begin_s:.3f}", "end": f"{end_s:.3f}", "step": f"{step_s:g}"}
        return tuple(_series(self._ask("query_range", {"query": expr, **span})))

    def label_values(
        self, label: str, *, match: str, begin_s: float, end_s: float
    ) -> tuple[str, ...]:
        """Return the values of a label, of the series that a selector names or of all.

        Raises: as `query`.
        """
        span = {"start": f"{begin_s:.3f}", "end": f"{end_s:.3f}"}
        asked = {**span, **({"match[]": match} if match else {})}
        path = f"label/{label}/values?{urlencode(asked)}"
        return tuple(str(value) for value in self._ask(path))

    def interval_s(self) -> float:
        """Return how often its targets are scraped, the slowest one; 15 s where it has none.

        Raises:
            BadInput: there is no Prometheus.
        """
        targets = self._ask("targets?state=active")["activeTargets"]
        found = [_duration_s(target.get("scrapeInterval", "")) for target in targets]
        return max(filter(None, found), default=USUAL_INTERVAL_S)

    def is_ready(self) -> bool:
        """Return whether it answers, and has read what it keeps."""
        try:
            with self._opener.open(f"{self.address}/-/ready", timeout=self._timeout_s) as answer:
                return bool(answer.status == HTTPStatus.OK)
        except OSError:
            return False

    def _ask(self, path: str, form: Mapping[str, str] | None = None) -> Any:  # noqa: ANN401 (JSON)
        body = urlencode(form).encode() if form else None
        request = Request(f"{self.address}/api/v1/{path}", data=body)  # noqa: S310 (checked above)
        try:
            with self._opener.open(request, timeout=self._timeout_s) as response:
                return self._data(response.read(), response.status)
        except HTTPError as error:
            return self._data(error.read(), error.code)
        except (URLError, OSError) as error:
            reason = getattr(error, "reason", None) or error
            raise BadInput(f"{self.address} does not answer ({reason}): {_MEND}") from error

    def _data(self, body: bytes, status: int) -> Any:  # noqa: ANN401 (JSON)
        try:
            answer = json.loads(body)
            if answer["status"] == "success":
                return answer["data"]
            said = answer["error"]
        except (ValueError, LookupError, TypeError) as error:
            raise BadInput(
                f"{self.address} is no Prometheus (it answers {status}): {_MEND}"
            ) from error
        raise ExpressionRefused(str(said))


def _opener(host: str) -> OpenerDirector:
    # no proxy of the environment leads to this machine
    return build_opener(ProxyHandler({})) if host in _LOOPBACK else build_opener()


def _series(data: Mapping[str, Any]) -> Iterator[Series]:
    """Yield what has at least one number, of each kind of answer that there is."""
    kind, result = data["resultType"], data["result"]
    found: Iterable[tuple[Mapping[str, str], Sequence[Sequence[Any]]]]
    match kind:
        case "matrix":
            found = [(each["metric"], each["values"]) for each in result]
        case "vector":
            found = [(each["metric"], [each["value"]]) for each in result]
        case "scalar":
            found = [({}, [result])]
        case _:
            found = []
    for labels, pairs in found:
        points = tuple((float(at), float(value)) for at, value in pairs)
        if numbers := tuple(point for point in points if math.isfinite(point[1])):
            yield Series(labels=labels, points=numbers)


def _duration_s(text: str) -> float:
    """Return Prometheus's way to write a duration in seconds.

    >>> [_duration_s(text) for text in ("5s", "1m30s", "500ms", "")]
    [5.0, 90.0, 0.5, 0]
    """
    return sum(float(number) * _SECONDS[unit] for number, unit in _DURATION.findall(text))
