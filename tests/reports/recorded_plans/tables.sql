-- why: small tables whose plans have every kind of node
CREATE TABLE items (id int PRIMARY KEY, grp int, val int, txt text, doc jsonb);
INSERT INTO items SELECT i, i % 100, i * 7919 % 20000, 'text ' || i, jsonb_build_object('a', i % 10)
  FROM generate_series(1, 20000) AS i;
CREATE INDEX items_grp ON items (grp);
CREATE INDEX items_val ON items (val);
CREATE TABLE links (item int REFERENCES items, other int, weight numeric);
INSERT INTO links SELECT 1 + i % 20000, 1 + i * 13 % 20000, i % 97 FROM generate_series(1, 40000) AS i;
CREATE INDEX links_item ON links (item);
CREATE TABLE parts (id int, day int, note text) PARTITION BY RANGE (day);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (100);
CREATE TABLE parts_2 PARTITION OF parts FOR VALUES FROM (100) TO (200);
CREATE TABLE parts_3 PARTITION OF parts FOR VALUES FROM (200) TO (300);
CREATE INDEX parts_day ON parts (day);
CREATE INDEX parts_id ON parts (id);
INSERT INTO parts SELECT i, i % 300, 'note' FROM generate_series(1, 9000) AS i;
CREATE TABLE target (id int PRIMARY KEY, hits int NOT NULL DEFAULT 0);
INSERT INTO target SELECT i FROM generate_series(1, 500) AS i;
CREATE TABLE target_log (id int REFERENCES target, at timestamptz);
CREATE FUNCTION log_target() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO target_log VALUES (new.id, now());
    RETURN NULL;
END $$;
CREATE TRIGGER target_logged AFTER UPDATE ON target FOR EACH ROW EXECUTE FUNCTION log_target();
