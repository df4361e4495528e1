// Package model is the vocabulary of the Privileged Path Framework: the records
// of a Microsoft Entra tenant under Microsoft Graph's names, the framework
// itself (pillars, maturity levels, statuses), and the assessment document.
//
// It holds data and methods on that data and does no I/O. Three rules shape it:
//
//   - Truth is three-valued, and its zero value is Unknown.
//   - A [Field] tells "not exported" from "null" from a value, and has no getter
//     that could hide the difference.
//   - Every [Rows] carries its [Coverage]: how much of the data set was read.
package model
