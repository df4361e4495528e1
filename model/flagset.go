package model

import (
	"encoding/json"
	"strings"
)

// FlagSet is a Graph flags enumeration: "deviceCodeFlow,authenticationTransfer".
// Hand-written files also hold it as an array; both are read.
type FlagSet []string

// UnmarshalJSON reads a comma-joined string or an array of strings.
func (f *FlagSet) UnmarshalJSON(data []byte) error {
	var list []string
	if err := json.Unmarshal(data, &list); err == nil {
		*f = list
		return nil
	}
	var joined string
	if err := json.Unmarshal(data, &joined); err != nil {
		return err
	}
	*f = FlagSet{}
	for flag := range strings.SplitSeq(joined, ",") {
		if flag = strings.TrimSpace(flag); flag != "" {
			*f = append(*f, flag)
		}
	}
	return nil
}

// MarshalJSON writes the comma-joined string.
func (f FlagSet) MarshalJSON() ([]byte, error) { return json.Marshal(strings.Join(f, ",")) }
