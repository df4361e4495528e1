package model_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/privpath/privpath/model"
)

func editable(t *testing.T) *model.Tenant {
	t.Helper()
	b := model.NewBuilder()
	add := func(dataset, parent, text string) {
		require.NoError(t, b.Add(dataset, parent, model.Location{Dataset: dataset, File: "f.json", Pointer: "/value/0"}, []byte(text)))
		b.Cover(dataset, parent, model.Coverage{State: model.Complete})
	}
	add("users", "", `{"id":"A","displayName":"Anna","accountEnabled":true}`)
	add("users", "", `{"id":"B","displayName":["cut"]}`)
	add("groups/{id}/members", "G", `{"id":"A"}`)
	add("groups/{id}/members", "G", `{"id":"B"}`)
	add("groups/{id}/members", "H", `{"id":"B"}`)
	return b.Tenant()
}

func TestEdited(t *testing.T) {
	before := editable(t)
	after, err := before.Edited([]model.Edit{
		{Dataset: "users", ID: "a", Patch: []byte(`{"accountEnabled":null}`)},
		{Dataset: "users", Create: []byte(`{"id":"C"}`)},
		{Dataset: "groups/{id}/members", Parent: "g", ID: "A", Delete: true},
		{Dataset: "groups/{id}/members", Parent: "H", Create: []byte(`{"id":"C"}`)},
	})
	require.NoError(t, err)
	users := model.RowsOf(after, model.Users, nil)
	require.Equal(t, 3, users.Len())
	for u := range users.All() {
		if u.ID != "A" {
			continue
		}
		require.Equal(t, model.True, u.AccountEnabled.Null())
		require.Equal(t, model.True, model.Equals(u.DisplayName, "Anna"))
		require.Equal(t, model.False, model.Of(u.Mail.Exported()), "what was not exported stays so")
		require.Equal(t, "f.json", u.Location().File)
	}
	members := func(tenant *model.Tenant, group string) (ids []string) {
		for m := range model.RowsOf(tenant, model.GroupMembers, nil).For(group).All() {
			ids = append(ids, m.ID)
		}
		return ids
	}
	require.Equal(t, []string{"B"}, members(after, "G"))
	require.Equal(t, []string{"B", "C"}, members(after, "H"))
	require.Equal(t, []string{"A", "B"}, members(before, "G"), "the receiver is not changed")
	require.Equal(t, 2, model.RowsOf(before, model.Users, nil).Len())
}

func TestEditsThatCannotBeMade(t *testing.T) {
	for why, e := range map[string]model.Edit{
		"not a data set": {Dataset: "nonsense", ID: "A", Delete: true},
		"was not read":   {Dataset: "devices", ID: "A", Delete: true},
		"no record":      {Dataset: "users", ID: "Z", Delete: true},
		"already":        {Dataset: "users", Create: []byte(`{"id":"a"}`)},
		`no "id"`:        {Dataset: "users", Create: []byte(`{}`)},
		"cannot be read": {Dataset: "users", ID: "B", Patch: []byte(`{"accountEnabled":true}`)},
		"has a parent":   {Dataset: "groups/{id}/members", ID: "A", Delete: true},
		"has no parent":  {Dataset: "users", Parent: "G", ID: "A", Delete: true},
	} {
		_, err := editable(t).Edited([]model.Edit{e})
		require.ErrorContains(t, err, why)
	}
}
