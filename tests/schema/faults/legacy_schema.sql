-- why: the shape of today's shop, as far as its fourteen faults need it
CREATE TABLE accounts (
    id         bigint PRIMARY KEY,
    auth_id    text UNIQUE,
    type       text,
    created_at timestamp
);
CREATE TABLE dealers (
    id      bigint PRIMARY KEY,
    auth_id text UNIQUE,
    company text
);
CREATE TABLE products (
    id            bigint PRIMARY KEY,
    shopify_id    text UNIQUE,
    title         text NOT NULL,
    description   text,
    status        text NOT NULL,
    variant_count integer NOT NULL DEFAULT 0,
    UNIQUE (id, status)
);
CREATE INDEX products_search ON products USING gin (to_tsvector('english', title || ' ' || description));
CREATE INDEX products_shopify ON products (shopify_id);
CREATE INDEX products_title ON products (title);
CREATE INDEX products_by_title ON products (title);
CREATE TABLE product_variants (
    id                 bigint PRIMARY KEY,
    shopify_product_id text REFERENCES products (shopify_id),
    sku                text UNIQUE,
    inventory          integer NOT NULL
);
CREATE TABLE catalog_product_variants (
    id         bigint PRIMARY KEY,
    product_id bigint NOT NULL REFERENCES products ON DELETE CASCADE,
    sku        text UNIQUE,
    inventory  integer NOT NULL
);
CREATE TABLE product_variant_options (
    id         bigint PRIMARY KEY,
    product_id bigint NOT NULL REFERENCES products ON DELETE CASCADE,
    axis       text NOT NULL,
    value      text NOT NULL
);
CREATE TABLE product_variant_selections (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    variant_id bigint NOT NULL REFERENCES catalog_product_variants ON DELETE CASCADE,
    option_id  bigint NOT NULL REFERENCES product_variant_options ON DELETE CASCADE
);
CREATE TABLE account_pricing (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id  bigint NOT NULL REFERENCES accounts ON DELETE CASCADE,
    product_id  bigint NOT NULL REFERENCES products ON DELETE CASCADE,
    variant_id  bigint REFERENCES product_variants ON DELETE CASCADE,
    fixed_price numeric(12, 2),
    UNIQUE (account_id, product_id, variant_id)
);
CREATE TABLE cart_items (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    dealer_id      bigint NOT NULL REFERENCES dealers ON DELETE CASCADE,
    product_id     bigint NOT NULL,
    product_status text NOT NULL,
    quantity       integer NOT NULL,
    FOREIGN KEY (product_id, product_status) REFERENCES products (id, status) ON UPDATE SET NULL
);
CREATE TABLE rfq_requests (
    id                bigint PRIMARY KEY,
    account_id        bigint NOT NULL REFERENCES accounts ON DELETE CASCADE,
    representative_id bigint REFERENCES accounts,
    status            text NOT NULL,
    quoted_total      numeric(14, 2),
    item_count        integer NOT NULL DEFAULT 0
);
CREATE TABLE rfq_items (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    rfq_id     bigint NOT NULL REFERENCES rfq_requests ON DELETE CASCADE,
    product_id bigint NOT NULL REFERENCES products,
    quantity   integer NOT NULL
);
CREATE TABLE technical_specifications (
    id            bigint PRIMARY KEY,
    product_id    bigint NOT NULL REFERENCES products ON DELETE CASCADE,
    name          text NOT NULL,
    numeric_value numeric,
    unit          text
);
CREATE TABLE specification_unit_conversions (
    id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    specification_id bigint NOT NULL REFERENCES technical_specifications ON DELETE CASCADE,
    to_unit          text NOT NULL,
    converted        numeric NOT NULL
);

INSERT INTO accounts VALUES
    (1, 'auth|1', 'DEALER', '2025-01-01'), (2, 'auth|2', 'PRO', '2025-01-01'), (3, 'auth|3', 'ACCOUNT_REP', '2025-01-01'),
    (4, 'auth|4', 'DEALER', '2025-01-01');
INSERT INTO dealers VALUES (1, 'auth|1', 'Doors Ltd');
INSERT INTO products (id, shopify_id, title, description, status, variant_count) VALUES
    (1, '700', 'Lock', 'A lock', 'ACTIVE', 2), (2, '701', 'Vitamin C', NULL, 'ACTIVE', 0);
INSERT INTO product_variants VALUES (1, '700', 'L-1', 10);
INSERT INTO catalog_product_variants VALUES (1, 1, 'L-1', 10), (2, 1, 'L-2', 10);
INSERT INTO product_variant_options VALUES (1, 1, 'finish', 'satin'), (2, 1, 'finish', 'brass');
INSERT INTO product_variant_selections (variant_id, option_id) VALUES (1, 1), (2, 2);
INSERT INTO cart_items (dealer_id, product_id, product_status, quantity) VALUES (1, 1, 'ACTIVE', 2);
INSERT INTO rfq_requests VALUES (1, 1, NULL, 'PENDING', NULL, 0), (3, 4, 3, 'ACCEPTED', 160, 1), (4, 4, 3, 'DECLINED', NULL, 0);
INSERT INTO technical_specifications VALUES (1, 1, 'Width', 0.5, 'in'), (2, 2, 'Width', 40, 'mm');
