// Command wasm is the engine for the browser: the same library as the command
// line, built with GOOS=js GOARCH=wasm and driven by the page in wasm/web.
//
// It sets one global, newPrivpath, a factory that takes {files, digests}, which read
// files and make digests beside the program (files.js and digests.js in
// wasm/web/src/engine); its result has a function for each job: about, inventory,
// assess, open, report, declarations, compare, policies, plan and whatIf. Each takes
// its arguments as one object and a function that is told how far the work is, and
// returns a promise of {results: {name: Uint8Array}} or of {error: string, fault:
// "input" | "time" | "crash"} that never rejects. An input names browser File handles:
// their bytes are read piece by piece where they are needed and never held whole.
// Nothing is kept between two jobs.
package main
