"""Tests of the page's shell, its notation and its charts."""
