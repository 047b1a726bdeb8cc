"""How often a stranger's query class is run, by the frequency that its file states."""

from b2bench.queries import Frequency

FREQUENCY_WEIGHTS = {
    Frequency.HOT: 100.0,
    Frequency.MEDIUM: 20.0,
    Frequency.LOW: 4.0,
    Frequency.BATCH: 1.0,
}
