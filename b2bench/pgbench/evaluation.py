r"""The value of an expression of `\set`, as pgbench's evaluateExpr (pgbench.c) finds it.

Integers have 64 bits, their division truncates toward zero, and what does not fit is an error. A
function of which an argument is null is null.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from random import Random

from b2bench.pgbench import draws
from b2bench.pgbench.expressions import (
    Call,
    Constant,
    Expression,
    Scalar,
    Variable,
)

_LOWEST, _HIGHEST = -(2**63), 2**63 - 1
# for what draws nothing
_NO_RANDOM = Random(0)  # noqa: S311 (a sample, not a secret)


class NoValue(ValueError):
    """An expression has no value; the message says why."""


def evaluate(expression: Expression, variables: Mapping[str, Scalar], random: Random) -> Scalar:
    """Return the value of an expression.

    Args:
        expression: what `parse_expression` made.
        variables: a value for each that the expression reads.
        random: where random values come from.

    Raises:
        NoValue: pgbench would end its client here, e.g. on a division by zero.
    """
    # not a match statement: arguments are drawn between requests, and this takes half the time
    if isinstance(expression, Constant):
        return expression.value
    if isinstance(expression, Variable):
        return variables[expression.name]
    function, parts = expression.function, expression.arguments
    if function == "case":
        return _case(parts, variables, random)
    if function in ("and", "or"):
        return _logical(function, parts, variables, random)
    return _call(function, [evaluate(part, variables, random) for part in parts], random)


def reduced(expression: Expression, known: Mapping[str, Scalar]) -> Expression:
    """Return an expression that has the same value, where what is known is computed already.

    >>> from b2bench.pgbench.expressions import parse_expression
    >>> reduced(parse_expression("random(1, 10 * :scale)"), {"scale": 5})
    Call(function='random', arguments=(Constant(value=1), Constant(value=50)))
    """
    if isinstance(expression, Variable) and expression.name in known:
        return Constant(known[expression.name])
    if not isinstance(expression, Call):
        return expression
    parts = tuple(reduced(part, known) for part in expression.arguments)
    call = Call(expression.function, parts)
    if call.function in _DRAWS or not all(isinstance(part, Constant) for part in parts):
        return call
    try:
        return Constant(evaluate(call, {}, _NO_RANDOM))
    except NoValue:
        # it may stand in a branch that is never taken
        return call


def _case(parts: Sequence[Expression], variables: Mapping[str, Scalar], random: Random) -> Scalar:
    for condition, result in zip(parts[:-1:2], parts[1::2], strict=True):
        # any number but zero is true here, as it is for no other function
        if evaluate(condition, variables, random):
            return evaluate(result, variables, random)
    return evaluate(parts[-1], variables, random)


def _logical(
    function: str, sides: Sequence[Expression], variables: Mapping[str, Scalar], random: Random
) -> Scalar:
    for side in sides:
        value = evaluate(side, variables, random)
        if value is None:
            return None
        if _boolean(value) is (function == "or"):
            return value
    return function == "and"


def _call(function: str, values: Sequence[Scalar], random: Random) -> Scalar:
    if function == "is":
        left, right = values
        return type(left) is type(right) and left == right
    if None in values:
        return None
    if function in _DRAWS:
        return _draw(function, values, random)
    return _PLAIN[function](*values)


def _draw(function: str, values: Sequence[Scalar], random: Random) -> int:
    low, high = _integer(values[0]), _integer(values[1])
    if low > high:
        raise NoValue("empty range given to random")
    if high - low + 1 > _HIGHEST:
        raise NoValue("random range is too large")
    if function == "random":
        return draws.uniform(random, low, high)
    parameter = _double(values[2])
    least, most = _PARAMETERS[function]
    if not least <= parameter <= most:
        raise NoValue(f"the last argument of {function}, {parameter:g}, is out of range")
    return _DRAWS[function](random, low, high, parameter)


_DRAWS: Mapping[str, Callable[..., int]] = {
    "random": draws.uniform,
    "random_exponential": draws.exponential,
    "random_gaussian": draws.gaussian,
    "random_zipfian": draws.zipfian,
}
_PARAMETERS = {
    "random_exponential": (math.nextafter(0, 1), math.inf),
    "random_gaussian": (draws.MIN_GAUSSIAN, math.inf),
    "random_zipfian": (draws.MIN_ZIPFIAN, draws.MAX_ZIPFIAN),
}


def _boolean(value: Scalar) -> bool:
    if isinstance(value, bool):
        return value
    raise NoValue(f"cannot coerce {_kind(value)} to boolean")


def _integer(value: Scalar) -> int:
    """Return a whole number; a double is rounded, halves to the even neighbour, as rint does."""
    if isinstance(value, bool) or value is None:
        raise NoValue(f"cannot coerce {_kind(value)} to int")
    if isinstance(value, int):
        return value
    if not math.isfinite(value):
        raise NoValue("double to int overflow")
    return _fitting(round(value))


def _double(value: Scalar) -> float:
    if isinstance(value, bool) or value is None:
        raise NoValue(f"cannot coerce {_kind(value)} to double")
    return float(value)


def _kind(value: Scalar) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int():
            return "int"
        case _:
            return "double"


def _fitting(value: int) -> int:
    if not _LOWEST <= value <= _HIGHEST:
        raise NoValue("bigint out of range")
    return value


def _sum(left: Scalar, right: Scalar) -> Scalar:
    if _are_whole(left, right):
        return _fitting(_integer(left) + _integer(right))
    return _double(left) + _double(right)


def _difference(left: Scalar, right: Scalar) -> Scalar:
    if _are_whole(left, right):
        return _fitting(_integer(left) - _integer(right))
    return _double(left) - _double(right)


def _product(left: Scalar, right: Scalar) -> Scalar:
    if _are_whole(left, right):
        return _fitting(_integer(left) * _integer(right))
    return _double(left) * _double(right)


def _quotient(left: Scalar, right: Scalar) -> Scalar:
    is_whole = _are_whole(left, right)
    if (_integer(right) if is_whole else _double(right)) == 0:
        raise NoValue("division by zero")
    if is_whole:
        return _fitting(_truncated(_integer(left), _integer(right)))
    return _double(left) / _double(right)


def _remainder(left: Scalar, right: Scalar) -> int:
    dividend, divisor = _integer(left), _integer(right)
    if divisor == 0:
        raise NoValue("division by zero")
    return dividend - divisor * _truncated(dividend, divisor)


def _truncated(dividend: int, divisor: int) -> int:
    whole = abs(dividend) // abs(divisor)
    return whole if (dividend < 0) is (divisor < 0) else -whole


def _are_whole(*values: Scalar) -> bool:
    return not any(isinstance(value, float) for value in values)


def _comparable(left: Scalar, right: Scalar) -> tuple[float, float]:
    if _are_whole(left, right):
        return _integer(left), _integer(right)
    return _double(left), _double(right)


def _is_equal(left: Scalar, right: Scalar) -> bool:
    low, high = _comparable(left, right)
    return low == high


def _is_less(left: Scalar, right: Scalar) -> bool:
    low, high = _comparable(left, right)
    return low < high


def _is_at_most(left: Scalar, right: Scalar) -> bool:
    low, high = _comparable(left, right)
    return low <= high


def _absolute(value: Scalar) -> Scalar:
    return _fitting(abs(_integer(value))) if _are_whole(value) else abs(_double(value))


def _extreme(choose: Callable[..., float], *values: Scalar) -> Scalar:
    coerce: Callable[[Scalar], float] = _integer if _are_whole(*values) else _double
    return choose(coerce(value) for value in values)


def _mathematical(function: Callable[..., float], *values: Scalar) -> float:
    try:
        return function(*map(_double, values))
    except (ValueError, OverflowError):
        raise NoValue(f"{function.__name__} has no finite value here") from None


def _left_shift(value: int, bits: int) -> int:
    return draws.signed(value << (bits & 63))


_PLAIN: Mapping[str, Callable[..., Scalar]] = {
    "+": _sum,
    "-": _difference,
    "*": _product,
    "/": _quotient,
    "mod": _remainder,
    "=": _is_equal,
    "<>": lambda left, right: not _is_equal(left, right),
    "<": _is_less,
    "<=": _is_at_most,
    "not": lambda value: not _boolean(value),
    "&": lambda left, right: _integer(left) & _integer(right),
    "|": lambda left, right: _integer(left) | _integer(right),
    "#": lambda left, right: _integer(left) ^ _integer(right),
    "<<": lambda left, right: _left_shift(_integer(left), _integer(right)),
    ">>": lambda left, right: _integer(left) >> (_integer(right) & 63),
    "abs": _absolute,
    "debug": lambda value: value,
    "double": _double,
    "exp": lambda value: _mathematical(math.exp, value),
    "greatest": lambda *values: _extreme(max, *values),
    "hash": lambda value, seed: draws.hash_murmur2(_integer(value), _integer(seed)),
    "hash_fnv1a": lambda value, seed: draws.hash_fnv1a(_integer(value), _integer(seed)),
    "hash_murmur2": lambda value, seed: draws.hash_murmur2(_integer(value), _integer(seed)),
    "int": _integer,
    "least": lambda *values: _extreme(min, *values),
    "ln": lambda value: _mathematical(math.log, value),
    "permute": lambda value, size, seed: _permuted(_integer(value), _integer(size), _integer(seed)),
    "pi": lambda: math.pi,
    "pow": lambda base, power: _mathematical(math.pow, base, power),
    "power": lambda base, power: _mathematical(math.pow, base, power),
    "sqrt": lambda value: _mathematical(math.sqrt, value),
}


def _permuted(value: int, size: int, seed: int) -> int:
    if size <= 0:
        raise NoValue("permute size parameter must be greater than zero")
    return draws.permute(value, size, seed)
