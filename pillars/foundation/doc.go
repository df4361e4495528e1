// Package foundation holds the controls of the Foundation pillar: separate,
// cloud-only, managed and visible admin identities. One control a file.
package foundation
