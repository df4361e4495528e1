package access

import (
	"encoding/binary"
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

// keyText is a key under construction, in which nothing runs into the next.
type keyText []byte

func (k keyText) number(n int) keyText { return binary.AppendVarint(k, int64(n)) }

func (k keyText) text(s string) keyText { return append(k.number(len(s)), s...) }

func (k keyText) set(s obligationSet) keyText { return binary.LittleEndian.AppendUint64(k, uint64(s)) }

// texts writes a list, nil as another than the empty one.
func (k keyText) texts(list []string) keyText {
	if list == nil {
		return k.number(-1)
	}
	k = k.number(len(list))
	for _, s := range list {
		k = k.text(s)
	}
	return k
}

func (k keyText) flags(list ...bool) keyText {
	var bits byte
	for i, set := range list {
		if set {
			bits |= 1 << i
		}
	}
	return append(k, bits)
}

// memory is what an engine keeps of what it was asked. Risk changes none of it.
type memory struct {
	steps    memo[holdingKey, []stepQuestion]
	alike    memo[string, *alike] // by what is mentioned of the subject
	holdings func() []principals.Holding
}

// findings are what an engine keeps of its answers, with the risk that it has.
type findings struct {
	frontiers    memo[string, frontier]    // by search
	answers      memo[string, Answer]      // by question
	reaches      memo[string, model.Reach] // by the questions of all steps
	certificates memo[string, Certificate] // by subject, context and what is held
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
