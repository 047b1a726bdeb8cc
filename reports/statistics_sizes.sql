-- why: how large the statistics say that a relation is, and the mean width of a B-tree's key

SELECT c.oid,
       pg_relation_filepath(c.oid) AS file,
       c.relpages AS blocks,
       coalesce(am.amname = 'btree', false) AS is_btree,
       coalesce(k.bytes, 0) AS key_bytes
  FROM pg_class AS c
  JOIN pg_namespace AS n ON n.oid = c.relnamespace
  LEFT JOIN pg_am AS am ON am.oid = c.relam
  LEFT JOIN LATERAL (
       SELECT sum(coalesce(s.stawidth, nullif(greatest(a.attlen, 0), 0), 32))
              -- where a key fills more than a block, its rows are told apart by their place
              + CASE WHEN bool_and(i.indisunique) OR max(d.keys) > c.relpages THEN 0 ELSE 8 END
              AS bytes
         FROM pg_index AS i
         CROSS JOIN generate_series(1, i.indnkeyatts) AS place
         JOIN pg_attribute AS a ON a.attrelid = i.indexrelid AND a.attnum = place
         LEFT JOIN pg_statistic AS s
                ON s.starelid = CASE i.indkey[place - 1] WHEN 0 THEN i.indexrelid ELSE i.indrelid END
               AND s.staattnum = CASE i.indkey[place - 1] WHEN 0 THEN place ELSE i.indkey[place - 1] END
               AND NOT s.stainherit
         CROSS JOIN LATERAL (
               SELECT CASE WHEN s.stadistinct < 0 THEN -s.stadistinct * c.reltuples
                           ELSE s.stadistinct END AS keys
               ) AS d
        WHERE i.indexrelid = c.oid
       ) AS k ON true
 WHERE c.relkind IN ('r', 'm', 'i')
   AND c.relpages > 0
   AND n.nspname <> 'information_schema'
   AND n.nspname NOT LIKE 'pg\_%'
 ORDER BY c.oid;
