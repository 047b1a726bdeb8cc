"""The data set: profiles, population, rows, COPY."""
