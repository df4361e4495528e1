package main

import (
	"fmt"
	"regexp"
	"runtime"
	"strings"
)

// arguments matches the argument words of a stack frame.
var arguments = regexp.MustCompile(`\((0x|\{|\.\.\.)[^\n]*\)`)

// noTime is what the engine says of an export that does not tell when it was
// collected. It has no error value of its own for that.
const noTime = "does not say when it was collected"

// faultOf tells the page what a person can do about an error: give another
// input, or only the time of this one.
func faultOf(err error) string {
	if strings.Contains(err.Error(), noTime) {
		return "time"
	}
	return "input"
}

// crashReport describes a panic without saying anything of the tenant: a panic's
// own text may quote data, so only those of the runtime, which name types and
// indexes, are kept; of the stack only functions and lines.
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
		kept = append(kept, arguments.ReplaceAllString(line, "(...)"))
	}
	return runtime.Version() + "\n" + text + "\n" + strings.Join(kept, "\n")
}
