"""What ops see: PostgreSQL views and runs as Prometheus metrics."""
