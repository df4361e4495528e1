// Package redact takes a tenant's names out of an assessment, so that it can be
// shown to others: names, ids, addresses, domains and devices are replaced by
// pseudonyms everywhere, inside sentences too, and the structure stays.
//
// Three nets lie under each other. What stands in a field for a name or an id is
// replaced whole, and wherever else it occurs. Ids, mail addresses, network
// addresses and domains are known by their form. And of the rest a word stays only
// when it is one that this project wrote, or a public word of Microsoft Graph: a
// word that nobody knows is taken for the tenant's.
package redact

//go:generate go run ./internal/generate
