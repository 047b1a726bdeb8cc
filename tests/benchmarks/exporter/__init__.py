"""Figures of the exporter."""
