"""Tests of reports: plans, work, baselines, comparison, gate, pages."""
