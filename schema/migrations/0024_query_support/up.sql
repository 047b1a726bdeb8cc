-- why: indexes for the rest of the workload and for deleting parents, and one saved cart of a name
-- phase: expand
-- transaction: each step

-- step: saved_carts
CREATE UNIQUE INDEX CONCURRENTLY carts_one_of_a_name ON carts (account_id, name) WHERE status = 'SAVED';

-- step: representatives
CREATE INDEX CONCURRENTLY accounts_representatives ON accounts (id) WHERE type = 'ACCOUNT_REP' AND active;

-- step: sku_fragments
CREATE INDEX CONCURRENTLY product_variants_sku_fragment ON product_variants USING gin (sku gin_trgm_ops) WITH (fastupdate = off);

-- step: orders_by_time
CREATE INDEX CONCURRENTLY orders_placed ON orders (placed_at);

-- step: prices_of_an_account
CREATE INDEX CONCURRENTLY account_pricing_account ON account_pricing (account_id, product_id, variant_id);

-- step: products_of_a_category
CREATE INDEX CONCURRENTLY products_category ON products (category_id);

-- step: superseded
DROP INDEX CONCURRENTLY IF EXISTS account_pricing_item;

-- step: unused
DROP INDEX CONCURRENTLY IF EXISTS accounts_territory;

-- step: comments
COMMENT ON INDEX carts_one_of_a_name IS 'An account has one saved cart of a name';
COMMENT ON INDEX carts_one_current IS 'An account has one current cart';
