"""Data and pressure: what fills the database, and what drives it."""
