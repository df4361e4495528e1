package jshost

import (
	"errors"
	"syscall/js"
)

// Await waits for a promise. It must not be called straight from a js.Func: the
// event loop that would settle the promise waits there. A goroutine may.
func Await(promise js.Value) (js.Value, error) {
	type outcome struct {
		value js.Value
		err   error
	}
	settled := make(chan outcome, 1)
	first := func(args []js.Value) js.Value {
		if len(args) == 0 {
			return js.Undefined()
		}
		return args[0]
	}
	kept := js.FuncOf(func(_ js.Value, args []js.Value) any {
		settled <- outcome{value: first(args)}
		return nil
	})
	broken := js.FuncOf(func(_ js.Value, args []js.Value) any {
		settled <- outcome{err: scriptError(first(args))}
		return nil
	})
	defer kept.Release()
	defer broken.Release()
	promise.Call("then", kept, broken)
	o := <-settled
	return o.value, o.err
}

// scriptError turns what a script threw into an error.
func scriptError(v js.Value) error {
	if v.Type() == js.TypeObject && v.Get("message").Type() == js.TypeString {
		return errors.New(v.Get("message").String())
	}
	return errors.New("the browser gave no reason")
}

// Guard runs a call into the browser and turns what it throws into an error.
func Guard(call func()) (err error) {
	defer func() {
		if problem := recover(); problem != nil {
			thrown, ok := problem.(js.Error)
			if !ok {
				panic(problem)
			}
			err = scriptError(thrown.Value)
		}
	}()
	call()
	return nil
}

// Bytes copies a Uint8Array.
func Bytes(array js.Value) []byte {
	b := make([]byte, array.Get("byteLength").Int())
	js.CopyBytesToGo(b, array)
	return b
}

// Array copies bytes into a new Uint8Array.
func Array(b []byte) js.Value {
	array := js.Global().Get("Uint8Array").New(len(b))
	js.CopyBytesToJS(array, b)
	return array
}
