-- Where can Global Administrator be used from an unmanaged device, by whom, and over which network?
-- Break glass is left out, which is meant to get in.
SELECT tenantName, bundle, principalName, holding, useUnmanagedUntrusted AS anyNetwork, useUnmanagedTrusted AS trustedNetwork
FROM reach
WHERE roleId = '62e90394-69f5-4237-9190-012177145e10' AND NOT breakGlass
  AND 'reaches' IN (useUnmanagedUntrusted, useUnmanagedTrusted)
ORDER BY bundle, principalName, holding;
