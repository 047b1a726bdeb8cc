"""Documents made from a database's catalogue: diagrams, dictionary, rules, indexes."""
