package diff_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/privpath/privpath/assess/diff"
	"github.com/privpath/privpath/assess/report"
	"github.com/privpath/privpath/model"
)

func user(id string) model.PrincipalRef { return model.PrincipalRef{Kind: "user", ID: id, Name: id} }

// way is how a start puts somebody out.
func way(from, attacker, verdict string) model.Path {
	start := user(from)
	if from == "anyone" {
		start.Kind = "anyone"
	}
	return model.Path{From: start, To: user("admin"), Attacker: attacker, Verdict: verdict, Hops: []model.Hop{{From: start, To: user("admin"), Explanation: "disables admin"}}}
}

// locks is a lock-out of one account by those who are told, and more who are not.
func locks(untold int, ways ...model.Path) model.Lockout {
	l := model.Lockout{Targets: []model.PrincipalRef{user("admin")}, Paths: ways, Surely: untold}
	for _, w := range ways {
		if w.Verdict == model.Reaches {
			l.Surely++
		} else {
			l.Perhaps++
		}
	}
	return l
}

func everybody(ways ...model.Path) model.Lockout {
	l := locks(0, ways...)
	l.Every = true
	return l
}

func withLockouts(list ...model.Lockout) *model.Assessment {
	a := &model.Assessment{SchemaVersion: model.SchemaVersion, Lockouts: list}
	for _, name := range diff.PathData() {
		a.Inputs.Datasets = append(a.Inputs.Datasets, model.Input{Name: name, Status: model.Complete})
	}
	return a
}

func TestLockoutMoves(t *testing.T) {
	surely, perhaps := way("u", "stolenPassword", model.Reaches), way("u", "stolenPassword", model.ReachUnknown)
	harder, harderPerhaps := way("u", "userDevice", model.Reaches), way("u", "userDevice", model.ReachUnknown)
	other := surely
	other.Hops = []model.Hop{{From: user("u"), To: user("admin"), Explanation: "deletes admin"}}
	none := withLockouts(everybody())
	one := func(w model.Path) *model.Assessment { return withLockouts(everybody(), locks(0, w)) }
	all := func(w model.Path) *model.Assessment { return withLockouts(everybody(w)) }
	into := func(attacker, verdict string) *model.Assessment {
		a := withLockouts(everybody())
		a.Paths = []model.Path{way("u", attacker, verdict)}
		return a
	}
	less := func(a *model.Assessment) *model.Assessment {
		a.Inputs.Datasets[0].Status = model.Partial
		return a
	}
	tests := []struct {
		name        string
		old, new    *model.Assessment
		there, back diff.Move // of the account's lock-out; empty: it did not move
	}{
		{"come and gone", none, one(surely), diff.Opened, diff.Closed},
		{"all at once", none, all(surely), diff.Opened, diff.Closed},
		{"perhaps", none, one(perhaps), diff.Undecided, diff.Decided},
		{"another certainty", one(perhaps), one(surely), diff.Opened, diff.Undecided},
		{"takes less", one(harder), one(surely), diff.Worse, diff.Better},
		{"takes less, perhaps", one(harder), one(perhaps), diff.Undecided, diff.Decided},
		{"takes less, and was not certain", one(harderPerhaps), one(surely), diff.Worse, diff.Undecided},
		{"by other steps", one(surely), one(other), diff.Changed, diff.Changed},
		{"nothing", one(surely), one(surely), "", ""},
		{"where less is read", less(withLockouts(everybody())), one(surely), diff.Decided, diff.Undecided},
		{"where nobody asked", withLockouts(), one(surely), diff.Decided, diff.Undecided},
		{"now a way into Tier 0, which is worse and told there", one(surely), into("stolenPassword", model.Reaches), "", ""},
		{"a way into Tier 0 for a stronger attacker", one(surely), into("userDevice", model.Reaches), diff.Closed, diff.Opened},
		{"perhaps a way into Tier 0", one(surely), into("stolenPassword", model.ReachUnknown), diff.Closed, diff.Opened},
		{"one of all that may be put out", one(perhaps), withLockouts(everybody(way("anyone", "control", model.ReachUnknown))), "", ""},
		{"surely, where anybody may", one(surely), withLockouts(everybody(way("anyone", "control", model.ReachUnknown))), diff.Undecided, diff.Opened},
		{"more than are told", withLockouts(everybody(), locks(4, surely)), withLockouts(everybody(), locks(5, surely)), diff.Undecided, diff.Changed},
		{"not told any more", withLockouts(everybody(), locks(1, surely)), withLockouts(everybody(), locks(2)), "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, direction := range []struct {
				old, new *model.Assessment
				want     diff.Move
			}{{tt.old, tt.new, tt.there}, {tt.new, tt.old, tt.back}} {
				got := diff.Move("")
				d := diff.Compare(direction.old, direction.new)
				for _, l := range d.Lockouts {
					for _, w := range l.Ways {
						if w.From.ID == "u" {
							require.Equal(t, l.Move, w.Move)
						}
					}
					if l.Old == nil || l.New == nil || len(l.Ways) == 0 || l.Ways[0].From.ID == "u" {
						got = l.Move
					}
				}
				require.Equal(t, direction.want, got)
				require.Equal(t, direction.want == "" && len(d.Lockouts)+len(d.Paths) == 0, d.Empty())
			}
		})
	}
}

// TestLockoutsAreTold: in every format, and by the gates.
func TestLockoutsAreTold(t *testing.T) {
	d := diff.Compare(withLockouts(everybody()), withLockouts(everybody(way("u", "stolenPassword", model.Reaches)), locks(0, way("v", "userDevice", model.ReachUnknown))))
	for _, f := range diff.Formats() {
		var out bytes.Buffer
		require.NoError(t, f.Write(&out, d, report.Options{Width: 200}))
		if f.Name != "json" {
			require.Regexp(t, `! every Global Administrator at once: nobody → 1 surely\n *-? *u, with a stolen password: can now \(u disables admin\)`, out.String())
			require.Regexp(t, `\? admin: nobody → 0 surely and 1 perhaps\n *-? *v, on the user's device: may now, not known`, out.String())
		}
	}
	met := map[string][]string{}
	for _, g := range diff.Gates() {
		met[g.Name] = g.Met(d)
	}
	require.Equal(t, []string{"a lock-out of every Global Administrator at once"}, met["opened"])
	require.Equal(t, []string{"a lock-out of admin"}, met["undecided"])
}

// TestLockedOutAlike: accounts that the same starts put out are one entry.
func TestLockedOutAlike(t *testing.T) {
	l := locks(0, way("u", "control", model.Reaches))
	l.Targets = append(l.Targets, user("second"))
	d := diff.Compare(withLockouts(everybody()), withLockouts(everybody(), l))
	require.Len(t, d.Lockouts, 1)
	require.Equal(t, l.Targets, d.Lockouts[0].Targets)
	require.Nil(t, d.Lockouts[0].Old)
	require.Equal(t, &diff.LockoutCount{Surely: 1}, d.Lockouts[0].New)
}
