-- Where is a stolen password enough to end up with a Tier 0 role?
SELECT tenantName, bundle, roleName, count(*) AS holdings
FROM reach WHERE attackerStolenPassword = 'reaches' AND NOT breakGlass
GROUP BY ALL ORDER BY holdings DESC, bundle, roleName;
