// Package graphsource is what the sources of tenant data share: the table of
// data sets with the Microsoft Graph request and the least permission for each.
// The sources themselves are graphsource/export, for what people saved, and
// [Memory], for tests.
package graphsource
