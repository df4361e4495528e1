// Package isolation holds the controls of the Isolation pillar: from which
// devices and networks privileged roles can be used. One control a file.
package isolation
