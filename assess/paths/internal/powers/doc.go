// Package powers says what a directory role, a custom role or an application
// permission can do to other objects. It knows no tenant: it reads role actions
// and fixed tables, each with its source, and answers in three values.
package powers
