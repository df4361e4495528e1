-- Which tenants are the worst, and what is weakest in each?
SELECT tenantName, bundle, score, band, weakestPillar, maturity, fail, unknown, path
FROM tenants WHERE error IS NULL
ORDER BY score, bundle LIMIT 20;
