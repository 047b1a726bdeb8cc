"""Mirrors the tree; every SQL statement runs on a real server."""
