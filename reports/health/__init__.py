"""A one-page check of a PostgreSQL server and one of its databases; it only reads."""
