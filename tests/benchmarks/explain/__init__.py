"""Figures of the EXPLAIN report."""
