-- How many tenants hold each level of each pillar, and how many could once the unknown is settled?
WITH levels AS (
  FROM tenants SELECT unnest(['foundation', 'control', 'isolation', 'operations', 'validation']) AS pillar,
    unnest([foundationLevel, controlLevel, isolationLevel, operationsLevel, validationLevel]) AS held,
    unnest([foundationAtMost, controlAtMost, isolationAtMost, operationsAtMost, validationAtMost]) AS atMost
  WHERE error IS NULL)
SELECT pillar, level, count(*) FILTER (held = level) AS held, count(*) FILTER (atMost = level) AS atMost
FROM levels, range(1, 6) AS all_levels(level)
GROUP BY pillar, level
ORDER BY pillar, level;
