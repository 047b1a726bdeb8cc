"""Proof on the user's own machine that b2bench sees what it claims to see."""
