-- V7: who shares a query stands in others' lists, and whoever has a database login writes the order by hand: each key of it is one that the API could have saved, or reading it would fail them.
-- Not valid: what was saved before fails nobody but who runs it.
alter table rowplane.saved_queries add constraint saved_queries_order_keys check (not coalesce(jsonb_path_exists(orders,
  'strict $[*] ? (!(@.type() == "object") || (@.field.type() == "string" && (@.direction == "ASC" || @.direction == "DESC")) is unknown
    || !(@.field.type() == "string" && (@.direction == "ASC" || @.direction == "DESC")))', '{}', true), false)) not valid;
