package main

import (
	"context"
	"fmt"
	"os"
	"runtime"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/activity"
	"github.com/privpath/privpath/graphsource/export"
	"github.com/privpath/privpath/model"
)

func live() float64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc)
}

func main() {
	src := export.FS(os.DirFS(os.Args[1]), export.Options{})
	before := live()
	t, err := src.Load(context.Background(), []string{"users"})
	if err != nil {
		panic(err)
	}
	n := model.RowsOf(t, model.Users, nil).Len()
	fmt.Printf("users %d: %.0f bytes each\n", n, (live()-before)/float64(n))
	runtime.KeepAlive(t)
	t = nil
	before = live()
	var r activity.Reader
	t, err = src.Load(context.Background(), []string{"organization"}, assess.Observer{Dataset: "auditLogs/signIns", See: func(x any) { r.Add(x.(model.SignIn)) }})
	if err != nil {
		panic(err)
	}
	fmt.Printf("sign-ins %d: %.0f bytes each\n", r.Len(), (live()-before)/float64(r.Len()))
	runtime.KeepAlive(t)
	runtime.KeepAlive(&r)
}
