"""The load: arrivals, connections, recorder, live snapshot."""
