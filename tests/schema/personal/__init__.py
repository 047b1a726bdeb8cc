"""Tests of personal data, sealed and opened."""
