package powers

import (
	"sync"

	"github.com/privpath/privpath/model"
)

// Held is a power that a role gives (True) or may give (Unknown). Action is the
// action, as the role lists it, that decides; Reason says why it is unknown.
type Held struct {
	Power  Power
	Truth  model.Truth
	Action string
	Reason string
}

var wanted = sync.OnceValue(func() [powerCount][]Action {
	var parsed [powerCount][]Action
	for p, c := range catalogue {
		for _, text := range c.actions {
			a, err := ParseAction(text)
			if err != nil {
				panic("powers: catalogue: " + err.Error())
			}
			parsed[p] = append(parsed[p], a)
		}
	}
	return parsed
})

// Powers says what a role definition's permissions give, in the order of the
// powers; a power that is not listed is not given. A list that was not exported
// or is null, and an action that cannot be read, leave every power open that
// nothing else gives. A permission with a condition ($SubjectIsOwner,
// $ResourceIsSelf), or whose condition was not exported, may give its powers.
func Powers(permissions model.Field[[]model.RolePermission]) []Held {
	var found [powerCount]Held
	for p := range found {
		found[p] = Held{Power: Power(p), Truth: model.False}
	}
	open := func(reason string) func() bool {
		return func() bool { offerAll(&found, reason); return true }
	}
	model.Fold(permissions, open("the role's permissions were not exported"), open("the role's permissions are null"),
		func(list []model.RolePermission) bool {
			for _, permission := range list {
				certain, why := unconditional(permission.Condition)
				model.Fold(permission.AllowedResourceActions, open("the role's actions were not exported"), open("the role's actions are null"),
					func(actions []string) bool { offerActions(&found, actions, certain, why); return true })
			}
			return true
		})
	var held []Held
	for _, h := range found {
		if h.Truth != model.False {
			held = append(held, h)
		}
	}
	return held
}

func unconditional(condition model.Field[string]) (model.Truth, string) {
	if !condition.Exported() {
		return model.Unknown, "whether the permission has a condition was not exported"
	}
	if model.Or(condition.Null(), model.Equals(condition, "")) == model.True {
		return model.True, ""
	}
	return model.Unknown, "the permission has the condition " + condition.String()
}

func offerActions(found *[powerCount]Held, actions []string, certain model.Truth, why string) {
	for _, text := range actions {
		held, err := ParseAction(text)
		if err != nil {
			offerAll(found, err.Error())
			continue
		}
		for p, narrow := range wanted() {
			for _, a := range narrow {
				if held.Covers(a) {
					offer(found, Held{Power(p), certain, text, why})
				}
			}
		}
	}
}

func offerAll(found *[powerCount]Held, reason string) {
	for p := range found {
		if len(catalogue[p].actions) > 0 {
			offer(found, Held{Power: Power(p), Truth: model.Unknown, Reason: reason})
		}
	}
}

// offer keeps the stronger truth, and the first evidence of it.
func offer(found *[powerCount]Held, h Held) {
	now := &found[h.Power]
	if model.Or(now.Truth, h.Truth) != now.Truth {
		*now = h
	}
}
