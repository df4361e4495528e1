package main

import (
	_ "time/tzdata" // browsers lend Go no time zones, and working hours are declared in one

	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"syscall/js"
	"time"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/graphsource"
	"github.com/privpath/privpath/graphsource/export"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars"
)

func main() {
	js.Global().Set("newPrivpath", js.FuncOf(func(js.Value, []js.Value) any {
		return map[string]any{
			"about":     exported(about),
			"inventory": exported(inventory),
			"assess":    exported(assessInput),
		}
	}))
	select {} // the page calls; it ends the program by ending the worker
}

// exported makes a function of the page's. The work runs on a goroutine of its
// own, so that it may wait for the browser.
func exported(work func(args []js.Value) ([]byte, error)) js.Func {
	return js.FuncOf(func(_ js.Value, args []js.Value) any {
		executor := js.FuncOf(func(_ js.Value, settle []js.Value) any {
			resolve := settle[0]
			go func() { resolve.Invoke(answer(work, args)) }()
			return nil
		})
		defer executor.Release() // a promise runs its executor before New returns
		return js.Global().Get("Promise").New(executor)
	})
}

// answer runs the work and turns whatever happens into a value for the page.
func answer(work func([]js.Value) ([]byte, error), args []js.Value) (result map[string]any) {
	defer func() {
		if problem := recover(); problem != nil {
			result = map[string]any{"error": crashReport(problem, debug.Stack()), "fault": "crash"}
		}
	}()
	text, err := work(args)
	if err != nil {
		return map[string]any{"error": err.Error(), "fault": faultOf(err)}
	}
	return map[string]any{"json": arrayOf(text)}
}

// about answers what the engine says of itself; it takes nothing.
func about([]js.Value) ([]byte, error) {
	controls := []model.ControlInfo{}
	for _, c := range pillars.All() {
		controls = append(controls, c.ControlInfo)
	}
	return json.Marshal(map[string]any{"version": assess.Version, "controls": controls})
}

// inventory takes the input and the function that is told how far the work is.
// It answers what each file was taken for, which takes a reading of its own: it
// checks every record, also those that no control needs.
func inventory(args []js.Value) ([]byte, error) {
	counter := &byteCounter{tell: throttled(args[1])}
	src, err := source(args[0], counter)
	if err != nil {
		return nil, err
	}
	counter.restart("recognise")
	files, err := src.Inventory(context.Background())
	if err != nil {
		return nil, err
	}
	return json.Marshal(files)
}

// assessInput takes the input, the options, and the function that is told how
// far the work is. It answers the bytes that the command line prints with
// -format json. The page cancels by ending the worker.
func assessInput(args []js.Value) ([]byte, error) {
	input, options, tell := args[0], args[1], throttled(args[2])
	opts := assess.Options{Permission: graphsource.Permission, Progress: func(p model.Progress) {
		tell(p.Stage, p.Name, p.Done, p.Total)
	}}
	var err error
	if text := options.Get("asOf"); text.Type() == js.TypeString {
		if opts.AsOf, err = time.Parse(time.RFC3339, text.String()); err != nil {
			return nil, fmt.Errorf("the time of the assessment: %w", err)
		}
	}

	counter := &byteCounter{tell: tell}
	src, err := source(input, counter)
	if err != nil {
		return nil, err
	}
	counter.restart("read")
	result, err := assess.Run(context.Background(), src, pillars.All(), opts)
	if err != nil {
		return nil, err
	}
	return result.JSON()
}

// source makes a source of what the page was given.
func source(input js.Value, counter *byteCounter) (*export.Source, error) {
	opts := export.Options{Decompressor: inflate}
	switch kind := input.Get("kind").String(); kind {
	case "file":
		return oneFile(input.Get("file"), counter, opts)
	case "files":
		list := input.Get("files")
		files := make([]handle, list.Length())
		for i := range files {
			item := list.Index(i)
			file := item.Get("file")
			path := item.Get("path").String()
			content, size := openFile(file, func(n int) { counter.add(path, n) })
			files[i] = handle{path: path, size: size, modified: modified(file), content: content}
			counter.total += size
		}
		fsys, err := newLooseFS(files)
		if err != nil {
			return nil, err
		}
		return export.FS(fsys, opts), nil
	default:
		return nil, fmt.Errorf("an input of kind %q is not known", kind)
	}
}

// oneFile is a zip when it begins like one, whatever it is called.
func oneFile(file js.Value, counter *byteCounter, opts export.Options) (*export.Source, error) {
	name := file.Get("name").String()
	content, size := openFile(file, func(n int) { counter.add(name, n) })
	counter.total += size
	var magic [2]byte
	if _, err := content.ReadAt(magic[:], 0); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if string(magic[:]) == "PK" {
		return export.Zip(content, size, opts)
	}
	return export.File(name, size, func() (io.ReadCloser, error) {
		return io.NopCloser(io.NewSectionReader(content, 0, size)), nil
	}, opts), nil
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
