// Package export reads what people saved from Microsoft Graph: a folder, a zip
// or one JSON file.
//
// An export is a bundle: every file holds a Graph response and lies at the
// Graph v1.0 path of its request plus ".json" (or ".jsonl", ".ndjson"), so
// "identity/conditionalAccess/policies.json" holds the Conditional Access
// policies and "groups/{id}/members.json" the members of one group. Further
// pages are "users.2.json", "users.3.json" and so on. Files with other names
// are recognised by their content where that is certain, and ignored with a
// reason where it is not.
//
// What people's tools write is read leniently (UTF-8 with a byte order mark,
// UTF-16, the PascalCase objects of the Graph PowerShell SDK, JSON Lines), but
// nothing lenient ever makes data look more complete than it is: a cut file, a
// missing page or an odd record leaves its data set partial, and a file that is
// absent leaves its data set absent.
//
// Exports of other tools are recognised by themselves and turned into records of
// the same data sets; [Formats] lists them, and FORMATS.md says what each
// supplies and decides. A list is complete only where the tool's own export says
// that it was read to its end.
//
// JSON Lines and concatenated objects have no end mark: a file that was cut
// exactly between two records cannot be told from a whole one. A count in
// manifest.json closes that hole.
package export
