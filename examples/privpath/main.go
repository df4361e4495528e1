// Privpath assesses whether privileged access to a Microsoft Entra tenant is
// really protected, from the tenant's own data.
//
//	privpath assess [PATH…]      assess an export; with no PATH a built-in sample tenant
//	privpath collect -o FILE     read a live tenant through Microsoft Graph into a bundle
//	privpath reach [PATH…]       who can use a Tier 0 role from where, as a matrix
//	privpath paths [PATH…]       the ways into Tier 0 over somebody or something else
//	privpath diff OLD NEW        what changed between two assessments or two exports
//	privpath plan [PATH…]        what to fix first, simulated; -apply judges a change of your own
//	privpath whatif [PATH…]      judge one sign-in against the policies of an export
//	privpath validate PATH       what was recognised, what is missing, what is ignored
//	privpath declare [PATH…]     a first declarations.json, with guesses to check
//	privpath controls            list the controls
//	privpath explain CONTROL     what a control asks, how it decides, how to fix it
//
// It is also a full example of embedding the library.
package main

import (
	_ "time/tzdata" // working hours are declared in a time zone, which not every machine knows

	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/privpath/privpath/graphsource/live"
	"github.com/privpath/privpath/internal/jobs"
)

// The exit codes.
const (
	exitDone  = 0
	exitError = 1 // could not do it; the message says what to do
	exitUsage = 2
	exitMet   = 3 // done, and -fail-on was met
)

func main() {
	jobs.HoldHeap()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], streams{os.Stdout, os.Stderr, isTerminal(os.Stdout), isTerminal(os.Stderr), nil})
	stop()
	os.Exit(code)
}

// streams is where results (out) and everything else (err) go.
type streams struct {
	out, err       io.Writer
	outTTY, errTTY bool
	graph          *live.Options // in the place of the flags that say how to reach Graph; nil: they do
}

func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0 && os.Getenv("NO_COLOR") == ""
}

type command struct {
	name, args, does string
	run              func(ctx context.Context, args []string, s streams) error
}

func commands() []command {
	return []command{
		{"assess", "[PATH…]", "assess an export (folder, zip, JSON files); with no PATH a built-in sample tenant", assessCommand},
		{"collect", "-o FILE", "read a live tenant through Microsoft Graph into a bundle; -permissions prints what that needs", collectCommand},
		{"reach", "[PATH…]", "who can use a Tier 0 role from where, and what stops them", reachCommand},
		{"paths", "[PATH…]", "the ways into Tier 0 over somebody or something else, and what to remove", pathsCommand},
		{"diff", "OLD NEW", "what changed between two assessments or two exports, and which policy change opened or closed what", diffCommand},
		{"plan", "[PATH…]", "what to fix first, simulated on the export; -apply says what a change of your own would do", planCommand},
		{"whatif", "[PATH…]", "judge one sign-in, as Graph's conditionalAccess/evaluate would, policy by policy", whatIfCommand},
		{"validate", "PATH…", "is this a good export: what was recognised, what is missing, what is ignored and why", validateCommand},
		{"declare", "[PATH…]", "write a first declarations.json, with guesses to check", declareCommand},
		{"controls", "", "list the controls", controlsCommand},
		{"explain", "CONTROL", "what a control asks, how it decides, how to fix it", explainCommand},
	}
}

// usageError is a wrong call, as against one that could not be carried out.
type usageError struct{ error }

// errMet says that -fail-on was met.
var errMet = errors.New("-fail-on was met")

func run(ctx context.Context, args []string, s streams) int {
	if len(args) == 0 || args[0] == "help" || args[0] == "-h" || args[0] == "-help" || args[0] == "--help" {
		usage(s.out)
		return exitDone
	}
	for _, c := range commands() {
		if c.name == args[0] {
			out := &sticky{Writer: s.out}
			s.out = out
			err := c.run(ctx, args[1:], s)
			if out.err != nil && (err == nil || errors.Is(err, errMet)) {
				err = fmt.Errorf("the result could not be written: %w", out.err)
			}
			return exitCode(err, s.err)
		}
	}
	fmt.Fprintf(s.err, "privpath: there is no command %q\n\n", args[0])
	usage(s.err)
	return exitUsage
}

func exitCode(err error, w io.Writer) int {
	var wrong usageError
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return exitDone
	case errors.Is(err, errMet):
		fmt.Fprintln(w, "privpath:", err)
		return exitMet
	case errors.As(err, &wrong):
		fmt.Fprintln(w, "privpath:", err)
		return exitUsage
	}
	fmt.Fprintln(w, "privpath:", withRemedy(err))
	return exitError
}

func usage(w io.Writer) {
	fmt.Fprint(w, "privpath proves, from a tenant's own data, whether privileged access is protected.\n\n")
	for _, c := range commands() {
		fmt.Fprintf(w, "  privpath %-20s %s\n", strings.TrimSpace(c.name+" "+c.args), c.does)
	}
	fmt.Fprint(w, "\nprivpath COMMAND -h lists a command's options. Exit status: 0 done, 1 could not do it,\n"+
		"2 wrong usage, 3 done and -fail-on was met.\n")
}

// flags makes a flag set that reports wrong usage as such.
func flags(name, args string, s streams) *flag.FlagSet {
	set := flag.NewFlagSet(name, flag.ContinueOnError)
	set.SetOutput(s.err)
	set.Usage = func() {
		fmt.Fprintf(s.err, "usage: privpath %s [options] %s\n", name, args)
		set.PrintDefaults()
	}
	return set
}

// parse reads options wherever they stand, so that "assess PATH -format json"
// works too, and gives the other arguments.
func parse(set *flag.FlagSet, args []string) ([]string, error) {
	var rest []string
	for {
		if err := set.Parse(args); err != nil {
			if errors.Is(err, flag.ErrHelp) {
				return nil, err
			}
			return nil, usageError{err}
		}
		if set.NArg() == 0 {
			return rest, nil
		}
		rest = append(rest, set.Arg(0))
		args = set.Args()[1:]
	}
}
