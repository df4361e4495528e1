package model

// Truth is a truth value of Kleene's strong three-valued logic. The zero value
// is Unknown, so what nobody decided is never true.
type Truth uint8

// The three truth values.
const (
	Unknown Truth = iota
	False
	True
)

// Of lifts a bool.
func Of(b bool) Truth {
	if b {
		return True
	}
	return False
}

// And is False when any operand is False, else Unknown when any is Unknown,
// else True. With no operand it is True.
func And(truths ...Truth) Truth {
	result := True
	for _, t := range truths {
		switch t {
		case False:
			return False
		case Unknown:
			result = Unknown
		}
	}
	return result
}

// Or is True when any operand is True, else Unknown when any is Unknown, else
// False. With no operand it is False.
func Or(truths ...Truth) Truth {
	result := False
	for _, t := range truths {
		switch t {
		case True:
			return True
		case Unknown:
			result = Unknown
		}
	}
	return result
}

// Not swaps True and False; Unknown stays Unknown.
func (t Truth) Not() Truth {
	switch t {
	case True:
		return False
	case False:
		return True
	}
	return Unknown
}

// String gives "true", "false" or "unknown".
func (t Truth) String() string {
	switch t {
	case True:
		return "true"
	case False:
		return "false"
	}
	return "unknown"
}
