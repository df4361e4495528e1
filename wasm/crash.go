package main

import (
	"errors"
	"fmt"
	"runtime"
	"strings"

	"github.com/privpath/privpath/assess"
)

// withoutArguments takes the argument words out of a line of a stack.
func withoutArguments(line string) string {
	for _, start := range []string{"(0x", "({", "(..."} {
		if i, j := strings.Index(line, start), strings.LastIndexByte(line, ')'); i >= 0 && j > i {
			return line[:i] + "(...)" + line[j+1:]
		}
	}
	return line
}

// faultOf tells the page what a person can do about an error: give another
// input, or only the time of this one.
func faultOf(err error) string {
	if errors.Is(err, assess.ErrNoTime) {
		return "time"
	}
	return "input"
}

// crashReport describes a panic without saying anything of the tenant: a panic's
// own text may quote data, so only those of the runtime, which name types and
// indexes, are kept; of the stack only functions and where in them (and files and
// lines, where the page's build kept them).
func crashReport(problem any, stack []byte) string {
	text := fmt.Sprintf("panic of type %T", problem)
	if e, ok := problem.(runtime.Error); ok {
		text = e.Error()
	}
	lines := strings.Split(string(stack), "\n")
	kept := make([]string, 0, len(lines))
	for _, line := range lines {
		if strings.HasPrefix(line, "panic(") {
			line = "panic(...)"
		}
		kept = append(kept, withoutArguments(line))
	}
	return runtime.Version() + "\n" + text + "\n" + strings.Join(kept, "\n")
}
