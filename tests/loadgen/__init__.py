"""Data and pressure, on a real server."""
