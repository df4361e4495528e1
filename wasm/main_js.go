package main

import (
	_ "time/tzdata" // browsers lend Go no time zones, and working hours are declared in one

	"runtime/debug"
	"syscall/js"
	"time"

	"github.com/privpath/privpath/internal/jshost"
)

// A browser ends a WebAssembly program that needs more than 4 GiB, without a word
// that a person could use. The heap is collected more often as it nears heapLimit, and
// an export that keeps more than mostMemory of it is refused with a message.
const (
	heapLimit  = 7 << 29 // 3.5 GiB
	mostMemory = 5 << 29 // 2.5 GiB
)

func main() {
	debug.SetMemoryLimit(heapLimit)
	js.Global().Set("newPrivpath", js.FuncOf(func(_ js.Value, args []js.Value) any {
		here := host{jshost.NewFiles(args[0].Get("files")), jshost.NewDigests(args[0].Get("digests"))}
		functions := map[string]any{}
		for name, work := range jobsByName {
			functions[name] = exported(work, here)
		}
		return functions
	}))
	select {} // the page calls; it ends the program by ending the worker
}

// host is what the program has of the script that runs it.
type host struct {
	files   *jshost.Files
	digests *jshost.Digests
}

// results are the documents that a job answers, by name.
type results map[string][]byte

// exported makes a function of the page's: it takes the job's arguments as one
// object, and the function that is told how far the work is. The work runs on a
// goroutine of its own, so that it may wait for the browser.
func exported(work func(call) (results, error), here host) js.Func {
	return js.FuncOf(func(_ js.Value, args []js.Value) any {
		asked := call{host: here, args: args[0], tell: throttled(args[1])}
		executor := js.FuncOf(func(_ js.Value, settle []js.Value) any {
			resolve := settle[0]
			go func() { resolve.Invoke(answer(work, asked)) }()
			return nil
		})
		defer executor.Release() // a promise runs its executor before New returns
		return js.Global().Get("Promise").New(executor)
	})
}

// answer runs the work and turns whatever happens into a value for the page.
func answer(work func(call) (results, error), asked call) (result map[string]any) {
	defer func() {
		if problem := recover(); problem != nil {
			result = map[string]any{"error": crashReport(problem, debug.Stack()), "fault": "crash"}
		}
	}()
	found, err := work(asked)
	if err != nil {
		return map[string]any{"error": err.Error(), "fault": faultOf(err)}
	}
	documents := map[string]any{}
	for name, text := range found {
		documents[name] = jshost.Array(text)
	}
	return map[string]any{"results": documents}
}

// progressPause is the least time between two messages of one stage.
const progressPause = 50 * time.Millisecond

// throttled passes progress on to the page: each new stage at once, and within a
// stage no more than a screen can show.
func throttled(onProgress js.Value) func(stage, name string, done, total int64) {
	var last time.Time
	var in string
	return func(stage, name string, done, total int64) {
		if now := time.Now(); stage != in || now.Sub(last) >= progressPause {
			in, last = stage, now
			onProgress.Invoke(stage, name, done, total)
		}
	}
}
