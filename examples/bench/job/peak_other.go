//go:build !unix && !js

package main

func used() (peakMB int, cpu float64) { return heap(), 0 }
