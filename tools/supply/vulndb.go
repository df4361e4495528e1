package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// vulnModule is the module that the vulnerability database of Go is made from. Its
// folder data/osv holds an entry for each vulnerability, and the Go module proxy has
// it where https://vuln.go.dev cannot be reached.
const vulnModule = "golang.org/x/vulndb"

// fetchVulndb writes to dir the database in the layout that govulncheck reads
// (https://go.dev/security/vuln/database), from the newest version of its module,
// and says on out which that is.
func fetchVulndb(dir string, out io.Writer) error {
	// The database takes no part in a build; were it to stand in go.sum, it could not be the newest.
	cmd := exec.Command("go", "mod", "download", "-json", vulnModule+"@latest")
	cmd.Dir = os.TempDir() // no module of ours is asked for its requirements
	text, err := cmd.Output()
	var module struct {
		Version, Dir, Info, Error string
	}
	if jsonErr := json.Unmarshal(text, &module); jsonErr != nil || module.Error != "" || err != nil {
		return fmt.Errorf("download %s: %w", vulnModule, errors.Join(err, jsonErr, errors.New(module.Error)))
	}
	stamp, err := os.ReadFile(module.Info)
	if err != nil {
		return err
	}
	var info struct{ Time time.Time }
	if err := json.Unmarshal(stamp, &info); err != nil {
		return fmt.Errorf("%s: %w", module.Info, err)
	}
	n, err := writeVulndb(filepath.Join(module.Dir, "data", "osv"), dir, info.Time)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%s %s: %d entries\n", vulnModule, module.Version, n)
	return err
}

// vulnIndex is what the index says of an entry, in index/vulns.json and in the
// lists of index/modules.json. The field "fixed" of the latter is only there to
// spare the reading of entries, so it is left out: govulncheck then reads them.
type vulnIndex struct {
	ID       string    `json:"id"`
	Modified time.Time `json:"modified"`
	Aliases  []string  `json:"aliases,omitempty"`
}

type vulnModules struct {
	Path  string      `json:"path"`
	Vulns []vulnIndex `json:"vulns"`
}

// writeVulndb lays the entries of the folder osv out in dir and counts them. The
// entries do not say when they changed; the whole has the time of its version.
func writeVulndb(osv, dir string, modified time.Time) (int, error) {
	files, err := filepath.Glob(filepath.Join(osv, "GO-*.json"))
	if err != nil {
		return 0, err
	}
	if len(files) == 0 {
		return 0, fmt.Errorf("%s holds no entry", osv)
	}
	var vulns []vulnIndex
	byModule := map[string][]vulnIndex{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return 0, err
		}
		var entry struct {
			ID       string
			Aliases  []string
			Affected []struct{ Package struct{ Name string } }
		}
		if err := json.Unmarshal(text, &entry); err != nil {
			return 0, fmt.Errorf("%s: %w", file, err)
		}
		vulns = append(vulns, vulnIndex{entry.ID, modified, entry.Aliases})
		for _, a := range entry.Affected {
			list := byModule[a.Package.Name]
			if n := len(list); n == 0 || list[n-1].ID != entry.ID { // several ranges of one module
				byModule[a.Package.Name] = append(list, vulnIndex{ID: entry.ID, Modified: modified})
			}
		}
		if err := writeFile(filepath.Join(dir, "ID", entry.ID+".json"), text); err != nil {
			return 0, err
		}
	}
	var modules []vulnModules
	for path, list := range byModule {
		modules = append(modules, vulnModules{path, list})
	}
	for name, value := range map[string]any{"db": map[string]time.Time{"modified": modified}, "vulns": vulns, "modules": modules} {
		text, err := json.Marshal(value)
		if err != nil {
			return 0, err
		}
		if err := writeFile(filepath.Join(dir, "index", name+".json"), text); err != nil {
			return 0, err
		}
	}
	return len(files), nil
}

func writeFile(name string, text []byte) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	return os.WriteFile(name, text, 0o644)
}
