"""Does the load tell the truth: a known stall beside its simulation and pgbench."""
