package access

import (
	"sync"

	"github.com/privpath/privpath/assess/principals"
	"github.com/privpath/privpath/model"
)

// memo keeps answers by question, for several goroutines. Two that ask the same at
// once may both work it out: the answer is the same, and the first is kept.
type memo[K comparable, V any] struct {
	mutex sync.RWMutex
	known map[K]V
}

func (m *memo[K, V]) get(key K, work func() V) V {
	m.mutex.RLock()
	v, ok := m.known[key]
	m.mutex.RUnlock()
	if ok {
		return v
	}
	v = work()
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if first, ok := m.known[key]; ok {
		return first
	}
	if m.known == nil {
		m.known = map[K]V{}
	}
	m.known[key] = v
	return v
}

func (m *memo[K, V]) len() int {
	m.mutex.RLock()
	defer m.mutex.RUnlock()
	return len(m.known)
}

// memory is what an engine keeps of what it was asked. Risk changes none of it.
type memory struct {
	steps    memo[holdingKey, []stepQuestion]
	views    memo[string, alikeView] // by key
	holdings func() []principals.Holding
}

// alikeView is what subjects that the policies do not tell apart share.
type alikeView struct {
	key   string
	users [2][]model.Truth
}

// holdingKey is what the steps of a holding rest on.
type holdingKey struct {
	principal           string
	user                *model.User
	kind                principals.Kind
	role                string
	builtIn, tenantWide model.Truth
	manner              principals.Manner
	viaEligible         bool
	joined              string // the group that it is held through; none where direct
	direct              bool
}

func keyOf(h principals.Holding) holdingKey {
	key := holdingKey{principal: h.Principal.ID, user: h.Principal.User, kind: h.Principal.Kind, role: h.Role.ID, builtIn: h.Role.BuiltIn,
		tenantWide: h.TenantWide(), manner: h.Manner, viaEligible: h.ViaEligible, direct: len(h.Via) == 0}
	if !key.direct {
		key.joined = h.Via[0]
	}
	return key
}
