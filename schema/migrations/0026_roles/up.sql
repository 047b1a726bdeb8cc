-- why: who may do what; each part of an application works as the role that its statements need, and no more
-- phase: expand

-- Roles belong to the server, not to a database: they may be there already, for another shop, or made beforehand
-- by somebody who may. None but the application's can log in, and that one has no rights of its own.
DO $$
DECLARE
    role_name text;
BEGIN
    FOREACH role_name IN ARRAY ARRAY['shop_owner', 'shop_buyer', 'shop_representative', 'shop_back_office',
                                     'shop_sync', 'shop_reader', 'shop_application'] LOOP
        CONTINUE WHEN EXISTS (SELECT FROM pg_roles r WHERE r.rolname = role_name);
        BEGIN
            EXECUTE format('CREATE ROLE %I %s', role_name,
                           CASE role_name WHEN 'shop_application' THEN 'LOGIN NOINHERIT' END);
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL;  -- somebody makes the same roles for another database at this moment
        END;
    END LOOP;
    FOREACH role_name IN ARRAY ARRAY['shop_buyer', 'shop_representative', 'shop_back_office', 'shop_sync'] LOOP
        CONTINUE WHEN EXISTS (
            SELECT FROM pg_auth_members m
             WHERE m.roleid = role_name::regrole AND m.member = 'shop_application'::regrole);
        BEGIN
            EXECUTE format('GRANT %I TO shop_application', role_name);
        EXCEPTION WHEN unique_violation OR internal_error THEN
            NULL;
        END;
    END LOOP;
    IF NOT pg_has_role('shop_owner', 'USAGE') THEN
        GRANT shop_owner TO CURRENT_USER;
    END IF;
END $$;

-- who installs is often a superuser, and rules that run with their owner's rights must not run with those
GRANT USAGE, CREATE ON SCHEMA public TO shop_owner;
DO $$
DECLARE
    given text;
BEGIN
    FOR given IN
        SELECT format('ALTER %s %s OWNER TO shop_owner',
                      CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, c.oid::regclass)
          FROM pg_class c
         WHERE c.relnamespace = 'public'::regnamespace
           AND c.relkind IN ('r', 'p', 'S')
           AND NOT EXISTS (SELECT FROM pg_depend d
                            WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype IN ('e', 'i'))
        UNION ALL
        SELECT format('ALTER FUNCTION %s OWNER TO shop_owner', p.oid::regprocedure)
          FROM pg_proc p
         WHERE p.pronamespace = 'public'::regnamespace
           AND NOT EXISTS (SELECT FROM pg_depend d
                            WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
        UNION ALL
        SELECT format('ALTER TYPE %s OWNER TO shop_owner', t.oid::regtype)
          FROM pg_type t
         WHERE t.typnamespace = 'public'::regnamespace
           AND t.typtype = 'e'
    LOOP
        EXECUTE given;
    END LOOP;
END $$;

-- A rule looks at all rows, whoever brings it about, and writes what the one who brings it about may not write.
ALTER FUNCTION add_lots_up() SECURITY DEFINER SET search_path = public, pg_temp;
ALTER FUNCTION find_product_of_selection() SECURITY DEFINER SET search_path = public, pg_temp;
ALTER FUNCTION keep_option_key() SECURITY DEFINER SET search_path = public, pg_temp;
ALTER FUNCTION keep_rfq_history() SECURITY DEFINER SET search_path = public, pg_temp;
ALTER FUNCTION log_specification_change() SECURITY DEFINER SET search_path = public, pg_temp;
ALTER FUNCTION pass_changed_selections_on() SECURITY DEFINER SET search_path = public, pg_temp;
ALTER FUNCTION pass_selections_on() SECURITY DEFINER SET search_path = public, pg_temp;
ALTER FUNCTION refuse_changing_sent_lines() SECURITY DEFINER SET search_path = public, pg_temp;
ALTER FUNCTION refuse_illegal_rfq_transition() SECURITY DEFINER SET search_path = public, pg_temp;
ALTER FUNCTION refuse_leaving_requests_behind() SECURITY DEFINER SET search_path = public, pg_temp;
ALTER FUNCTION refuse_missing_option() SECURITY DEFINER SET search_path = public, pg_temp;
ALTER FUNCTION refuse_moving_a_lot() SECURITY DEFINER SET search_path = public, pg_temp;
ALTER FUNCTION refuse_other_than_representative() SECURITY DEFINER SET search_path = public, pg_temp;
ALTER FUNCTION refuse_passing_lots_by() SECURITY DEFINER SET search_path = public, pg_temp;
ALTER FUNCTION refuse_reserving_expired() SECURITY DEFINER SET search_path = public, pg_temp;
ALTER FUNCTION refuse_wrong_order_total() SECURITY DEFINER SET search_path = public, pg_temp;
ALTER FUNCTION send_quote() SECURITY DEFINER SET search_path = public, pg_temp;

-- the catalogue is public
GRANT SELECT ON allergens, categories, certifications, ingredients, inventory_locations, inventory_lots, locations,
    product_allergens, product_catalogs, product_certifications, product_images, product_ingredients,
    product_variant_groups, product_variant_options, product_variant_selections, product_variants, products,
    specification_categories, specification_templates, standard_units, supplement_facts, technical_specifications,
    tier_discounts, volume_discounts
    TO shop_buyer, shop_representative, shop_back_office, shop_sync, shop_reader;

-- a key or a number that a buyer could choose would tell, by a unique violation, which ones others have
GRANT SELECT ON accounts, account_pricing, carts, cart_items, rfq_items, quote_revisions, quote_lines, orders,
    order_lines, rfq_status_history TO shop_buyer;
GRANT SELECT (id, number, account_id, representative_id, status, priority, message, submitted_at, answered_at,
              updated_at, flagged_at) ON rfq_requests TO shop_buyer;
GRANT INSERT (account_id, status, name, created_at, updated_at), UPDATE (status, name, updated_at), DELETE
    ON carts TO shop_buyer;
GRANT INSERT (cart_id, variant_id, quantity, added_at), UPDATE (quantity), DELETE ON cart_items TO shop_buyer;
GRANT INSERT (account_id, priority, message, submitted_at, updated_at), UPDATE (status, updated_at)
    ON rfq_requests TO shop_buyer;
GRANT USAGE ON SEQUENCE rfq_numbers TO shop_buyer;
GRANT INSERT (rfq_id, variant_id, quantity, target_price) ON rfq_items TO shop_buyer;
GRANT INSERT (number, account_id, revision_id, total, placed_at) ON orders TO shop_buyer;
GRANT INSERT (order_id, line, variant_id, quantity, unit_price, line_total) ON order_lines TO shop_buyer;
GRANT UPDATE (reserved, updated_at) ON inventory_locations, inventory_lots TO shop_buyer;

GRANT SELECT ON accounts, account_pricing, rfq_requests, rfq_items, quote_revisions, quote_lines, rfq_status_history
    TO shop_representative;
GRANT UPDATE (status, representative_id, priority, notes, updated_at) ON rfq_requests TO shop_representative;
GRANT INSERT (rfq_id, revision), UPDATE (sent_at, valid_until), DELETE ON quote_revisions TO shop_representative;
GRANT INSERT, UPDATE, DELETE ON quote_lines TO shop_representative;

GRANT SELECT ON accounts, account_pricing, account_shopify_customers, carts, cart_items, inventory_webhooks, orders,
    order_lines, product_sync_log, quote_lines, quote_revisions, rfq_items, rfq_requests, rfq_status_history,
    rfq_transitions, specification_change_log TO shop_back_office;
GRANT INSERT, UPDATE, DELETE ON accounts, account_pricing, account_shopify_customers, allergens, categories,
    certifications, ingredients, inventory_locations, inventory_lots, locations, product_allergens, product_catalogs,
    product_certifications, product_images, product_ingredients, product_variant_groups, product_variant_options,
    product_variant_selections, product_variants, products, specification_categories, specification_templates,
    standard_units, supplement_facts, technical_specifications, tier_discounts, volume_discounts
    TO shop_back_office;
GRANT UPDATE (status, representative_id, priority, notes, flagged_at, updated_at) ON rfq_requests TO shop_back_office;
GRANT INSERT ON orders, order_lines TO shop_back_office;

GRANT SELECT ON account_shopify_customers, inventory_webhooks, product_sync_log TO shop_sync;
GRANT INSERT, DELETE ON account_shopify_customers TO shop_sync;
GRANT INSERT, UPDATE, DELETE ON product_catalogs, product_images, product_variant_groups, product_variant_options,
    product_variant_selections, product_variants, products, technical_specifications TO shop_sync;
GRANT INSERT, UPDATE (quantity, observed_at, updated_at) ON inventory_locations TO shop_sync;
GRANT INSERT ON inventory_webhooks, product_sync_log TO shop_sync;

GRANT SELECT ON accounts, account_pricing, account_shopify_customers, audit_events, carts, cart_items,
    inventory_webhooks, orders, order_lines, product_sync_log, quote_lines, quote_revisions, rfq_items, rfq_requests,
    rfq_status_history, rfq_transitions, specification_change_log TO shop_reader;
