-- Which permission, or which file where no permission gives it, would settle most of what is unknown?
SELECT coalesce(permission, dataset) AS wanted, string_agg(DISTINCT dataset, ', ' ORDER BY dataset) AS datasets,
  count(DISTINCT bundle) AS tenants, count(DISTINCT bundle || ' ' || control) AS findings
FROM needs GROUP BY wanted
ORDER BY findings DESC, wanted;
