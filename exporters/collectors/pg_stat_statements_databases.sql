-- why: names of databases; a copy that a run dropped is still counted under its name
SELECT oid::bigint, datname
  FROM pg_database
