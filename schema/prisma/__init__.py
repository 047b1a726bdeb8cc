"""The database's shape as Prisma 7 writes it: a schema.prisma made from the live catalogue."""

from schema.prisma.document import prisma_schema

__all__ = ["prisma_schema"]
