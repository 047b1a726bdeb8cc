"""What a foreign key does to a row when the one that it names is deleted, in words."""

from schema.documents.catalogue import ForeignKey
from schema.documents.markdown import codes


def on_delete(key: ForeignKey) -> str:
    """Return what deleting the other row does, with SQL's word for it.

    It follows on "deleting it", e.g. "deletes this row (CASCADE)".
    """
    columns = codes(key.emptied or key.columns)
    late = " at the end of the transaction" if key.deferrable else ""
    said = {
        "CASCADE": "deletes this row",
        "SET NULL": f"sets {columns} to NULL",
        "SET DEFAULT": f"sets {columns} to the default",
        "RESTRICT": "is refused while this row is there",
        "NO ACTION": f"is refused while this row is there{late}",
    }[key.on_delete]
    return f"{said} ({key.on_delete})"
