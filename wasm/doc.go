// Command wasm is the engine for the browser: the same library as the command
// line, built with GOOS=js GOARCH=wasm and driven by the page in wasm/web.
//
// It sets one global, newPrivpath, a factory whose result has three functions.
// about() answers the catalogue of controls, inventory(input, onProgress) what each
// file was taken for, and assess(input, options, onProgress) the assessment. All return a promise of {json: Uint8Array} or of {error: string, fault:
// "input" | "time" | "crash"} and never reject. The input names browser File handles: their bytes are read
// piece by piece where they are needed and never held whole.
package main
