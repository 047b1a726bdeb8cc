-- why: takes accounts away
DROP TABLE accounts;
DROP TYPE account_tier;
DROP TYPE account_type;
