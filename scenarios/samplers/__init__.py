"""Arguments for each query class, drawn from the population that filled the database."""
