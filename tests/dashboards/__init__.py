"""Tests of the dashboard: its JSON, and every panel's expression on a real Prometheus."""
