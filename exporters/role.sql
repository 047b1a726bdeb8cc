-- why: the role that the exporter works as; it reads statistics, and nobody's tables. Two sessions stay, a third
-- comes for moments; give it a password with psql's \password, or let pg_hba.conf know it otherwise. From
-- PostgreSQL 16 on, reserved_connections and GRANT pg_use_reserved_connections let it in when all slots are taken
CREATE ROLE b2bench_monitor
  LOGIN
  CONNECTION LIMIT 3
  IN ROLE pg_monitor;
