"""Who does what: query classes, their arguments, the users that run them."""
