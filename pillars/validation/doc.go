// Package validation holds the controls of the Validation pillar: logs, alerts,
// reviews and the evidence that all of it works. One control a file.
package validation
