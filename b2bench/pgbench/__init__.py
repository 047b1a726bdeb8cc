"""pgbench's script files as b2bench reads them: commands, expressions, random values."""
