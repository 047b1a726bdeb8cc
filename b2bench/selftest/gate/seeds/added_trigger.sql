-- why: an audit trigger for each row
-- family: trigger
-- class: save_cart
-- cause: trigger seed_audit on cart_items

-- step: setup
CREATE TABLE seed_audited (at timestamptz, row_data jsonb) WITH (autovacuum_enabled = off);

CREATE FUNCTION seed_note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO seed_audited VALUES (clock_timestamp(), to_jsonb(NEW));
    RETURN NULL;
END $$;

-- step: change
CREATE TRIGGER seed_audit AFTER INSERT ON cart_items FOR EACH ROW EXECUTE FUNCTION seed_note();
