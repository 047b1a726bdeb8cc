"""The load's process, started as a command starts it, against a schema of three columns."""
