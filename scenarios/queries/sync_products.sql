-- why: a batch of products comes from Shopify; what is known is brought up to date, what is new is drafted
-- params: category_id bigint, shopify_ids bigint[], titles text[], prices numeric[]
-- role: shop_sync
-- frequency: batch
-- isolation: read committed
-- retries: 3
-- example: "1",{7000000001},{New title},{9.99}

-- step: upsert
INSERT INTO products (category_id, type, status, availability, handle, title, vendor, price, shopify_id, created_at, updated_at)
SELECT :category_id, 'SIMPLE', 'DRAFT', 'IN_STOCK', 'shopify-' || i.shopify_id, i.title, 'Shopify', i.price, i.shopify_id, :as_of, :as_of
  FROM unnest(:shopify_ids, :titles, :prices) AS i (shopify_id, title, price)
 ORDER BY i.shopify_id
    ON CONFLICT (shopify_id)
    DO UPDATE SET title = excluded.title, price = excluded.price, updated_at = excluded.updated_at
    WHERE (products.title, products.price) IS DISTINCT FROM (excluded.title, excluded.price);

-- step: add_variants
INSERT INTO product_variants (product_id, sku, title, created_at, updated_at)
SELECT p.id, 'SH-' || p.shopify_id, 'Default', :as_of, :as_of
  FROM products p
 WHERE p.shopify_id = ANY (:shopify_ids)
   AND NOT EXISTS (SELECT FROM product_variants v WHERE v.product_id = p.id)
    ON CONFLICT (sku) DO NOTHING;

-- step: log
INSERT INTO product_sync_log (product_id, shopify_id, operation, status, started_at, finished_at)
SELECT p.id, p.shopify_id,
       CASE WHEN p.created_at = :as_of THEN 'CREATE'
            WHEN p.updated_at = :as_of THEN 'UPDATE'
            ELSE 'SKIP' END::sync_operation,
       'SUCCESS', :as_of, :as_of
  FROM products p
 WHERE p.shopify_id = ANY (:shopify_ids);
