// Package live reads a tenant through Microsoft Graph with the official SDK's
// adapter and Azure Identity.
//
// It asks for what the controls need and no more: lists are read whole where
// Graph pages them cheaply, and what must be asked object by object (members,
// owners, methods) only for the objects that can matter to a role. Replies are
// taken raw and saved as an export bundle, so graphsource/export decodes live and
// saved data with the same code: a live assessment equals the assessment of the
// bundle that the same collection saves.
//
// What cannot be read becomes a statement in the bundle's manifest, with the
// reason: never an empty list, and never an error of the whole. Tokens stay in
// memory; nothing here writes or logs them.
//
// The request builders of msgraph-sdk-go are not imported: its adapter
// (msgraph-sdk-go-core, kiota) authenticates, compresses and sends, and the
// requests are those of graphsource.Requests. Only this package and programs that
// import it link the SDK.
package live
