"""Seeded regressions: whether the gate sees them, names their cause, and is quiet without one."""
