-- why: takes the supplement side away
DROP TABLE product_certifications, certifications, product_allergens, allergens, product_ingredients, ingredients, supplement_facts;
DROP TYPE allergen_presence;
