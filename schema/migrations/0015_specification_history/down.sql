-- why: takes templates and the log away
DROP TRIGGER technical_specifications_added ON technical_specifications;
DROP TRIGGER technical_specifications_changed ON technical_specifications;
DROP FUNCTION log_specification_change();
DROP FUNCTION shop_now();
DROP TABLE specification_change_log, specification_templates;
DROP TYPE specification_change;
