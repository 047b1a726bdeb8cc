"""Pages and charts that open offline, in light and dark."""
