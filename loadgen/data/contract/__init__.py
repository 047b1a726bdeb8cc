"""What a data set promises: rules of the shop as SQL, and how a database keeps them."""

from loadgen.data.contract.verify import Check, verify

__all__ = ["Check", "verify"]
