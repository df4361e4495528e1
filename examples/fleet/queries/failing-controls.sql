-- Which controls fail in most tenants?
SELECT control, any_value(title) AS title, any_value(severity) AS severity,
  count(*) FILTER (status = 'fail') AS fails, count(*) FILTER (status = 'partial') AS partly,
  count(*) FILTER (status IN ('unknown', 'notAttested', 'attestationExpired')) AS notDecided, count(*) AS tenants
FROM findings GROUP BY control
ORDER BY fails DESC, partly DESC, control LIMIT 20;
