"""The top floor: one file per command; only these read settings and print."""
