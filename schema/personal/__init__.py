"""Personal data of accounts: sealed in the application, found by blind indexes, keys kept apart."""
