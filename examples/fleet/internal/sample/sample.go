// Package sample makes fleets of invented tenants out of the three samples.
package sample

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/privpath/privpath/examples/tenants"
)

// tenant is a sample in memory: its files in order, and what names it.
type tenant struct {
	files map[string]string
	order []string
	ids   []string // of its own objects
	names []string // its domain labels and display names
}

var load = sync.OnceValues(func() ([]tenant, error) {
	var all []tenant
	for _, name := range tenants.Names() {
		bundle, err := tenants.FS(name)
		if err != nil {
			return nil, err
		}
		t := tenant{files: map[string]string{}}
		err = fs.WalkDir(bundle, ".", func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			text, err := fs.ReadFile(bundle, path)
			t.files[path] = string(text)
			t.order = append(t.order, path)
			return err
		})
		if err != nil {
			return nil, err
		}
		all = append(all, t)
	}
	for i := range all {
		all[i].identify(all)
	}
	return all, nil
})

var (
	uuid    = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)
	idValue = regexp.MustCompile(`"id": ?"(` + uuid.String() + `)"`)
	display = regexp.MustCompile(`"tenantName": "([^"]+)"`)
	domain  = regexp.MustCompile(`"([a-z]+)\.(?:onmicrosoft\.com|example)"`)
)

// identify finds the ids that only this sample has, as those of roles and of
// Microsoft's applications are not, and its names.
func (t *tenant) identify(all []tenant) {
	seen := map[string]bool{}
	for _, path := range t.order {
		if strings.Contains(path, "roleDefinitions") {
			continue // a role's own id means the same everywhere
		}
		for _, m := range idValue.FindAllStringSubmatch(t.files[path], -1) {
			seen[m[1]] = true
		}
	}
	for _, other := range all {
		if other.files["manifest.json"] == t.files["manifest.json"] {
			continue
		}
		for _, text := range other.files {
			for _, id := range uuid.FindAllString(text, -1) {
				delete(seen, id)
			}
		}
	}
	for _, id := range uuid.FindAllString(t.files["roleManagement/directory/roleDefinitions.json"], -1) {
		delete(seen, id)
	}
	for id := range seen {
		t.ids = append(t.ids, id)
	}
	slices.Sort(t.ids)
	t.names = []string{display.FindStringSubmatch(t.files["manifest.json"])[1]}
	for _, m := range domain.FindAllStringSubmatch(t.files["domains.json"], -1) {
		if !slices.Contains(t.names, m[1]) {
			t.names = append(t.names, m[1])
		}
	}
}

// Bundle makes the tenant of a number as a zip: a sample under other ids and
// names, with some policies off and some files left out. It depends on the seed
// and the number alone.
func Bundle(seed uint64, number int) ([]byte, error) {
	samples, err := load()
	if err != nil {
		return nil, err
	}
	random := rand.New(rand.NewPCG(seed, uint64(number)))
	t := samples[random.IntN(len(samples))]
	renamed := t.renamer(random, number)
	dropped := droppable[random.IntN(len(droppable))]
	off := random.Float64() * 0.3
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	for _, path := range t.order {
		if dropped != "" && strings.HasPrefix(path, dropped) {
			continue
		}
		text := renamed.Replace(t.files[path])
		if path == "identity/conditionalAccess/policies.json" {
			text = switchOff(random, text, off)
		}
		to, err := w.Create(renamed.Replace(path))
		if err != nil {
			return nil, err
		}
		if _, err := to.Write([]byte(text)); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return buf.Bytes(), nil
}

// droppable are the data that a tenant may lack; most lack nothing.
var droppable = []string{"", "", "", "", "auditLogs/", "policies/roleManagementPolicyAssignments", "deviceManagement/", "devices",
	"identity/conditionalAccess/namedLocations", "roleManagement/directory/roleEligibilityScheduleInstances", "declarations.json"}

func (t *tenant) renamer(random *rand.Rand, number int) *strings.Replacer {
	var pairs []string
	for _, id := range t.ids {
		var b [16]byte
		binary.BigEndian.PutUint64(b[:8], random.Uint64())
		binary.BigEndian.PutUint64(b[8:], random.Uint64())
		b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
		pairs = append(pairs, id, fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:]))
	}
	pairs = append(pairs, t.names[0], fmt.Sprintf("%s %05d", t.names[0], number))
	for _, label := range t.names[1:] {
		pairs = append(pairs, label, fmt.Sprintf("%s%05d", label, number))
	}
	return strings.NewReplacer(pairs...)
}

// switchOff turns policies to report only, each with the same chance.
func switchOff(random *rand.Rand, text string, chance float64) string {
	const on, reports = `"state":"enabled"`, `"state":"enabledForReportingButNotEnforced"`
	parts := strings.Split(text, on)
	var b strings.Builder
	for i, part := range parts {
		b.WriteString(part)
		if i < len(parts)-1 {
			if random.Float64() < chance {
				b.WriteString(reports)
			} else {
				b.WriteString(on)
			}
		}
	}
	return b.String()
}
