-- why: takes carts away
DROP TABLE cart_items, carts;
DROP TYPE cart_status;
