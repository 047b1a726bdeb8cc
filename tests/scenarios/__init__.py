"""Tests of query classes and samplers."""
