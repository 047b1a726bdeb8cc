"""Tests of the exporter, on a real server and with Prometheus's own tools."""
