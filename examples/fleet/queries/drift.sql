-- What got worse, or is no longer known, since the run that -previous named?
SELECT tenantName, bundle, what, subject, before, after, move
FROM drift WHERE move IN ('new', 'worse', 'opened', 'fell', 'undecided', 'removed') AND NOT (what = 'holding' AND move = 'removed')
ORDER BY bundle, what, subject, move;
