"""Every dashboard, in the order in which they are listed."""

from dashboards.model import Dashboard

BOARDS: tuple[Dashboard, ...] = ()
