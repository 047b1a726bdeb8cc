-- why: months with events or seals: whether they are there still, what is sealed of each, and what the last seal says
SELECT coalesce(part.name, sealed.partition) AS partition,
       part.name IS NOT NULL AS there,
       coalesce(sealed.seals, 0) AS seals,
       coalesce(sealed.events, 0)::bigint AS events,
       coalesce(encode(sealed.head, 'hex'), '') AS head
  FROM (SELECT c.relname::text AS name
          FROM pg_class c
         WHERE c.relnamespace = 'b2bench_audit'::regnamespace
           AND c.relkind = 'r'
           AND c.relname ~ '^events_\d{4}_\d{2}$') AS part
  FULL JOIN (SELECT s.partition, count(*) AS seals, sum(s.events) AS events,
                    (array_agg(s.digest ORDER BY s.place DESC))[1] AS head
               FROM b2bench_audit.seals s
              GROUP BY s.partition) AS sealed ON sealed.partition = part.name
 ORDER BY 1
