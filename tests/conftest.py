"""Options and plug-ins of the suite."""

pytest_plugins = ["tests.postgres", "tests.shop", "tests.small_shop", "tests.pgbench_database"]
