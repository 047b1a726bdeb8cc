"""One collector per PostgreSQL view, one for the run."""
