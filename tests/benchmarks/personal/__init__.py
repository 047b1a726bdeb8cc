"""Figures of personal data: what sealing costs in time and bytes."""
