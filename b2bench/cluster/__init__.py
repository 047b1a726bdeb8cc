"""The embedded server: PostgreSQL from a wheel, run by an unprivileged user."""
