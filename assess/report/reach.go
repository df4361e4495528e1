package report

// reach shows who can use a Tier 0 role from where, where the access engine ran.
func (t *text) reach() {}
