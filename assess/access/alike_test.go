package access

import (
	gocontext "context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/privpath/privpath/assess/principals"
)

// What alike subjects share is, to the word, what an engine says that was asked
// nothing before.
func TestAlikeSubjectsShareAnswers(t *testing.T) {
	tenants := 40
	if testing.Short() {
		tenants = 15
	}
	questions := []Question{{Step: StepUse}, {Step: StepUse, Without: []Obligation{MFA}}, {Step: StepJoin},
		{Step: StepActivate, Devices: []string{DeviceUnmanaged}}, {Step: StepRegister, UserAction: ActionSecurityInfo}}
	asked, workedOut, words := 0, 0, map[string]bool{}
	for seed := range tenants {
		r := newRandomTenant(uint64(400+seed), 1+seed%12)
		r.crowd()
		e := New(r.build(t), Options{})
		for _, h := range e.Holdings() {
			own := *e
			own.remember()
			want, err := own.Reach(gocontext.Background(), h)
			require.NoError(t, err)
			got, err := e.Reach(gocontext.Background(), h)
			require.NoError(t, err)
			require.Equal(t, want, got, "seed %d, %s", seed, h.Principal.Name)
			for _, q := range questions {
				own.remember()
				want, got := withoutMembers(t, own.Query(h, q), h), withoutMembers(t, e.Query(h, q), h)
				require.Equal(t, want, got, "seed %d, %s, %v", seed, h.Principal.Name, q)
				asked++
				if got.Witness != nil {
					words[fmt.Sprint(got.Witness.Explanation, got.Witness.Because)] = true
				}
			}
		}
		workedOut += e.answers.len()
	}
	t.Logf("%d questions, %d worked out, %d said differently", asked, workedOut, len(words))
	require.Less(t, workedOut, asked*2/3)
	require.Greater(t, len(words), 3*tenants)
}

// crowd adds users who differ in kind, groups, roles and in what policies name.
func (r *randomTenant) crowd() {
	for i := range 7 {
		id, external, guest := guid(3+i), r.IntN(4) == 0, r.IntN(4) == 0 // policies name guid(9)
		user := record{"id": id, "userPrincipalName": id + "@example.test", "userType": "Member", "externalUserState": nil}
		if guest {
			user["userType"] = "Guest"
		}
		if external {
			user["userPrincipalName"] = id + "#EXT#@example.test"
		}
		r.data["users"] = append(r.data["users"], user)
		for _, group := range r.some(2, rndGroup, rndNested, rndJoinable) {
			path := "groups/" + group + "/members"
			r.data[path] = append(r.data[path], record{"id": id, "@odata.type": "#microsoft.graph.user"})
		}
		for n, kind := range []string{"roleAssignmentScheduleInstances", "roleEligibilityScheduleInstances"} {
			for _, role := range r.some(2, rndGlobal, rndSecurity) {
				path := "roleManagement/directory/" + kind
				r.data[path] = append(r.data[path], record{"id": fmt.Sprint("crowd", n, i, role), "principalId": id, "roleDefinitionId": role,
					"directoryScopeId": "/", "assignmentType": "Assigned", "memberType": "Direct",
					"startDateTime": "2026-01-01T00:00:00Z", "endDateTime": nil})
			}
		}
		if r.IntN(3) == 0 {
			const path = "identityGovernance/privilegedAccess/group/eligibilityScheduleInstances"
			r.data[path] = append(r.data[path], record{"id": "ge" + id, "groupId": r.pick(rndJoinable, rndNested), "principalId": id, "accessId": "member"})
		}
	}
}

// withoutMembers checks who the certificate says signs in, and takes away what cannot
// be compared.
func withoutMembers(t *testing.T, a Answer, h principals.Holding) Answer {
	t.Helper()
	if a.Certificate != nil {
		require.Equal(t, h.Principal.ID, a.Certificate.SignIn.Subject.ID)
		a.Certificate.SignIn.Subject.InGroup = nil
	}
	return a
}
