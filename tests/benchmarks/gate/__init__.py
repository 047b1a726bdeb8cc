"""The gate's figures: what it calls worse where nothing is, and how long it takes."""
