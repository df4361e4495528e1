package diff

// HolderData and PathData give the names of the data sets for tests.
func HolderData() []string { return namesIn(holderData) }

// PathData is everything that decides a path.
func PathData() []string {
	return append(append(namesIn(holderData), namesIn(policyData)...), namesIn(pathData)...)
}

func namesIn(list []named) []string {
	all := make([]string, len(list))
	for i, d := range list {
		all[i] = d.Name()
	}
	return all
}

// Shown is a change without what it is undone by.
func (c Change) Shown() Change {
	c.swaps = nil
	return c
}

// ChangeText writes a change in one line.
func ChangeText(c Change) string {
	text := string(c.Move) + " "
	for i, p := range c.Properties {
		if i > 0 {
			text += ", "
		}
		text += propertyText(p)
	}
	return text
}
