-- why: statements that move the last rows of a table aside and put them back, of a partitioned table those of its largest part
SELECT format('CREATE TEMPORARY TABLE b2bench_rows ON COMMIT DROP AS
               SELECT ctid AS b2bench_place, %%2$s FROM ONLY %%1$s WHERE ctid >= %%3$L ORDER BY ctid DESC LIMIT %%4$s',
              part.oid::regclass, part.columns, format('(%%s,0)', part.first_block), part.rows) AS copy,
       format('DELETE FROM ONLY %%s AS t USING b2bench_rows AS r WHERE t.ctid = r.b2bench_place', part.oid::regclass) AS deletion,
       format('INSERT INTO %%1$s (%%2$s) OVERRIDING SYSTEM VALUE SELECT %%2$s FROM b2bench_rows ORDER BY b2bench_place',
              part.oid::regclass, part.columns) AS insertion
  FROM (SELECT c.oid,
               %(rows)s::int AS rows,
               file.blocks,
               greatest(file.blocks - 2 - %(reach)s * %(rows)s * file.blocks / greatest(c.reltuples, 1)::int8, 0) AS first_block,
               (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum)
                  FROM pg_attribute a
                 WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '') AS columns
          FROM (SELECT relid::oid FROM pg_partition_tree(%(table_oid)s::oid) WHERE isleaf
                 UNION SELECT %(table_oid)s::oid) AS leaf (relid)
          JOIN pg_class c ON c.oid = leaf.relid AND c.relkind = 'r'
         CROSS JOIN LATERAL (
               SELECT pg_relation_size(c.oid) / current_setting('block_size')::int8 AS blocks) AS file) AS part
 WHERE part.columns IS NOT NULL
 ORDER BY part.blocks DESC
 LIMIT 1
