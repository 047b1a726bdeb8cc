"""What DBAs and CI owners read: plans, work, baselines, comparisons, the gate."""
