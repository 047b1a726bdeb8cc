"""The same load as scripts of pgbench: the same SQL, weights and arguments, run by another hand."""
