-- Which bundles could not be assessed, and why?
SELECT bundle, error FROM tenants WHERE error IS NOT NULL ORDER BY bundle;
