-- why: tables of this database again, as a server far away would have them
CREATE FOREIGN TABLE away (id int, grp int, val int, txt text) SERVER loopback
    OPTIONS (table_name 'items');
CREATE TABLE away_parts (id int, day int, note text) PARTITION BY RANGE (day);
CREATE FOREIGN TABLE away_parts_1 PARTITION OF away_parts FOR VALUES FROM (0) TO (100)
    SERVER loopback OPTIONS (table_name 'parts_1', async_capable 'true');
CREATE FOREIGN TABLE away_parts_2 PARTITION OF away_parts FOR VALUES FROM (100) TO (200)
    SERVER loopback_2 OPTIONS (table_name 'parts_2', async_capable 'true');
