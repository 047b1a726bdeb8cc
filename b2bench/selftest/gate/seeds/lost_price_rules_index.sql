-- why: the rules of an account have lost their index
-- family: lost index
-- class: price_cart
-- cause: index account_pricing_account

-- step: change
DROP INDEX account_pricing_account;
