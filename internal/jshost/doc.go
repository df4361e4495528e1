// Package jshost is what a program that was built for js/wasm has from the script that
// runs it: promises, bytes, and digests of files that are made beside the program.
// Elsewhere it is empty.
package jshost
