-- why: takes specifications away
DROP TABLE technical_specifications, specification_categories, standard_units;
DROP TYPE specification_data_type, specification_importance;
