package main

import "syscall/js"

// used gives the linear memory, in MiB, and the seconds that the process had of the
// processor, its hashing thread and Node's compiler with it.
func used() (peakMB int, cpu float64) {
	used := js.Global().Get("process").Call("cpuUsage")
	return heap(), (used.Get("user").Float() + used.Get("system").Float()) / 1e6
}
