"""The embedded server, with real processes on this machine."""
