"""The spine of b2bench: the nouns that every room shares, and the command line above them."""

from importlib.metadata import version

__version__ = version("b2bench")
