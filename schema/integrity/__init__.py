"""Whether a database can be relied on: orphans, rules that are off, indexes in vain."""

from schema.integrity.check import check_integrity, orphans

__all__ = ["check_integrity", "orphans"]
