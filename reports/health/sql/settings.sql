-- why: settings without which data is at risk, or nothing is measured; one that is not there or not shown is null
SELECT name, current_setting(name, true) AS value
  FROM unnest(%(names)s::text[]) AS name;
