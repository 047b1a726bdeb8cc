r"""The expressions of pgbench's `\set`: what they may say, and the tree that is made of them.

The grammar is the one of PostgreSQL's src/bin/pgbench/exprparse.y, the words those of exprscan.l.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

Scalar = None | bool | int | float

_INTEGER_MOST = 2**63 - 1
_WORD = re.compile(
    r"""(?P<space>(?:\s|\\\r?\n)+)
      | (?P<double>\d+\.\d*(?:[eE][-+]?\d+)?|\d+[eE][-+]?\d+|\.\d+(?:[eE][-+]?\d+)?)
      | (?P<integer>\d+)
      | :(?P<variable>\w+)
      | (?P<name>[^\W\d]\w*)
      | (?P<sign><>|!=|<=|>=|<<|>>|[-+*/%=<>|&\#~(),])""",
    re.VERBOSE,
)
_CONSTANTS: Mapping[str, Scalar] = {"null": None, "true": True, "false": False}
_KEYWORDS = frozenset(
    ("and", "or", "not", "is", "isnull", "notnull", "case", "when", "then", "else", "end")
)
# which of two neighbours binds tighter; those of one level are done from the left
_OR, _AND, _NOT, _IS, _COMPARISON, _BITS, _SUM, _PRODUCT, _SIGN = range(1, 10)
_LEVELS = {
    "or": _OR,
    "and": _AND,
    "is": _IS,
    "isnull": _IS,
    "notnull": _IS,
    **dict.fromkeys(("<", ">", "=", "<=", ">=", "<>", "!="), _COMPARISON),
    **dict.fromkeys(("|", "#", "&", "<<", ">>"), _BITS),
    **dict.fromkeys(("+", "-"), _SUM),
    **dict.fromkeys(("*", "/", "%"), _PRODUCT),
}
_ALONE = frozenset((_IS, _COMPARISON))
# the least that an operator in front of something takes as its own
_PREFIXES = {"+": _SIGN, "-": _SIGN, "~": _BITS + 1, "not": _NOT}
# by name, how many arguments at least and at most
_FUNCTIONS: Mapping[str, tuple[int, int]] = {
    "abs": (1, 1),
    "debug": (1, 1),
    "double": (1, 1),
    "exp": (1, 1),
    "greatest": (1, 16),
    "hash": (1, 2),
    "hash_fnv1a": (1, 2),
    "hash_murmur2": (1, 2),
    "int": (1, 1),
    "least": (1, 16),
    "ln": (1, 1),
    "mod": (2, 2),
    "permute": (2, 3),
    "pi": (0, 0),
    "pow": (2, 2),
    "power": (2, 2),
    "random": (2, 2),
    "random_exponential": (3, 3),
    "random_gaussian": (3, 3),
    "random_zipfian": (3, 3),
    "sqrt": (1, 1),
}
_SEEDED = {"hash": 2, "hash_fnv1a": 2, "hash_murmur2": 2, "permute": 3}
DEFAULT_SEED = "default_seed"


class NotAnExpression(ValueError):
    """The text is no expression of pgbench; the message says where."""


@dataclass(frozen=True, slots=True)
class Constant:
    """A number, true, false or null."""

    value: Scalar


@dataclass(frozen=True, slots=True)
class Variable:
    """The value of `:name`."""

    name: str


@dataclass(frozen=True, slots=True)
class Call:
    """A function, an operator under its sign, or `case` with conditions and results in turn."""

    function: str
    arguments: tuple["Expression", ...]


Expression = Constant | Variable | Call


def parse_expression(text: str) -> Expression:
    """Return what an expression says.

    >>> parse_expression("100 * :scale")
    Call(function='*', arguments=(Constant(value=100), Variable(name='scale')))

    Raises:
        NotAnExpression: pgbench would not understand it either.
    """
    return _Parser(text).whole()


def variables_of(expression: Expression) -> Iterator[str]:
    """Yield the variables that an expression reads."""
    match expression:
        case Variable(name):
            yield name
        case Call(_, arguments):
            for argument in arguments:
                yield from variables_of(argument)


def renamed(expression: Expression, names: Mapping[str, str]) -> Expression:
    """Return the same expression with its variables under other names."""
    match expression:
        case Variable(name):
            return Variable(names[name])
        case Call(function, arguments):
            return Call(function, tuple(renamed(argument, names) for argument in arguments))
        case _:
            return expression


@dataclass(frozen=True, slots=True)
class _Word:
    kind: str
    text: str


_END = _Word("end of line", "")


def _words(text: str) -> Iterator[_Word]:
    place = 0
    while place < len(text):
        match = _WORD.match(text, place)
        if match is None or match.lastgroup is None:
            raise NotAnExpression(f"unexpected character {text[place]!r}")
        place = match.end()
        kind, word = match.lastgroup, match[match.lastgroup]
        if kind == "name" and word.lower() in _KEYWORDS:
            yield _Word("sign", word.lower())
        elif kind != "space":
            yield _Word(kind, word)


class _Parser:
    """Reads words from the left; an operator's level decides what it takes as its right side."""

    def __init__(self, text: str) -> None:
        self._words = [*_words(text), _END]
        self._place = 0

    def whole(self) -> Expression:
        expression = self._expression(_OR)
        if self._next is not _END:
            raise self._unexpected()
        return expression

    @property
    def _next(self) -> _Word:
        return self._words[self._place]

    def _unexpected(self) -> NotAnExpression:
        return NotAnExpression(f"unexpected {self._next.text or self._next.kind}")

    def _take(self) -> _Word:
        word = self._next
        self._place += word is not _END
        return word

    def _is(self, *signs: str) -> bool:
        return self._next.kind == "sign" and self._next.text in signs

    def _expect(self, sign: str) -> None:
        if not self._is(sign):
            raise self._unexpected()
        self._take()

    def _expression(self, lowest: int) -> Expression:
        left = self._operand()
        while (level := self._level()) >= lowest:
            left = self._after(left, self._take().text, level)
            if level in _ALONE and self._level() == level:
                raise self._unexpected()
        return left

    def _level(self) -> int:
        return _LEVELS.get(self._next.text, 0) if self._next.kind == "sign" else 0

    def _after(self, left: Expression, sign: str, level: int) -> Expression:
        if level == _IS:
            return self._test(left, sign)
        right = self._expression(level + 1)
        if sign in (">", ">="):
            return Call(sign.replace(">", "<"), (right, left))
        return Call({"%": "mod", "!=": "<>"}.get(sign, sign), (left, right))

    def _test(self, left: Expression, sign: str) -> Expression:
        if sign != "is":
            test = Call("is", (left, Constant(None)))
            return test if sign == "isnull" else Call("not", (test,))
        negated = self._is("not")
        if negated:
            self._take()
        if self._next.text.lower() not in _CONSTANTS:
            raise self._unexpected()
        test = Call("is", (left, Constant(_CONSTANTS[self._take().text.lower()])))
        return Call("not", (test,)) if negated else test

    def _operand(self) -> Expression:
        if self._next.kind == "sign":
            return self._signed()
        word = self._take()
        match word.kind:
            case "integer":
                return self._integer(word.text)
            case "double":
                return Constant(float(word.text))
            case "variable":
                return Variable(word.text)
            case "name" if word.text.lower() in _CONSTANTS:
                return Constant(_CONSTANTS[word.text.lower()])
            case "name":
                return self._call(word.text)
        raise self._unexpected()

    def _integer(self, text: str) -> Constant:
        if int(text) > _INTEGER_MOST:
            raise NotAnExpression(f"{text} is too large for a bigint")
        return Constant(int(text))

    def _signed(self) -> Expression:
        if not self._is("(", "case", *_PREFIXES):
            raise self._unexpected()
        sign = self._take().text
        if sign == "case":
            return self._case()
        if sign == "(":
            inner = self._expression(_OR)
            self._expect(")")
            return inner
        if sign == "-" and self._next.text == str(_INTEGER_MOST + 1):
            self._take()
            return Constant(-_INTEGER_MOST - 1)
        return self._prefixed(sign, self._expression(_PREFIXES[sign]))

    def _prefixed(self, sign: str, operand: Expression) -> Expression:
        match sign:
            case "-":
                return Call("-", (Constant(0), operand))
            case "~":
                return Call("#", (Constant(-1), operand))
            case "not":
                return Call("not", (operand,))
            case _:
                return operand

    def _case(self) -> Expression:
        parts = list[Expression]()
        while self._is("when"):
            self._take()
            parts.append(self._expression(_OR))
            self._expect("then")
            parts.append(self._expression(_OR))
        if not parts:
            raise self._unexpected()
        if self._is("else"):
            self._take()
            parts.append(self._expression(_OR))
        else:
            parts.append(Constant(None))
        self._expect("end")
        return Call("case", tuple(parts))

    def _call(self, text: str) -> Expression:
        name = text.lower()
        if name not in _FUNCTIONS:
            raise NotAnExpression(f"pgbench has no function {text}")
        arguments = list(self._arguments())
        least, most = _FUNCTIONS[name]
        if not least <= len(arguments) <= most:
            raise NotAnExpression(f"{name} does not take {len(arguments)} arguments")
        if len(arguments) < _SEEDED.get(name, 0):
            arguments.append(Variable(DEFAULT_SEED))
        return Call(name, tuple(arguments))

    def _arguments(self) -> Iterator[Expression]:
        self._expect("(")
        while not self._is(")"):
            yield self._expression(_OR)
            if not self._is(")"):
                self._expect(",")
                if self._is(")"):
                    raise self._unexpected()
        self._take()
