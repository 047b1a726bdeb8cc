"""The database under test: migrations, and the order in which its tables are filled."""
