package main

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/privpath/privpath/assess"
	"github.com/privpath/privpath/assess/report"
	"github.com/privpath/privpath/graphsource/live"
	"github.com/privpath/privpath/model"
	"github.com/privpath/privpath/pillars"
)

func collectCommand(ctx context.Context, args []string, s streams) error {
	set := flags("collect", "", s)
	output := set.String("o", "", "write the bundle to this `file` (a zip)")
	resume := set.Bool("resume", false, "go on with an interrupted or incomplete collection into the same file")
	only := set.String("only", "", "collect only these data `sets`, joined by commas; 'policies/*' stands for all that begin so")
	permissions := set.Bool("permissions", false, "print the least permissions that are needed, and a script that grants them; nothing is run")
	tenant := addLiveFlags(set)
	rest, err := parse(set, args)
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return usageError{fmt.Errorf("collect takes no path; -o names the bundle")}
	}
	opts := live.Options{Only: trimmed(*only), EverySignIn: *tenant.everySignIn}
	want := needed(ctx)
	if *only != "" {
		want = nil // what is named is read, whether or not a control needs it
	}
	if *permissions {
		return printPermissions(s.out, opts, want)
	}
	if *output == "" {
		return usageError{errors.New("collect needs -o FILE")}
	}
	if _, err := live.Plan(opts, want); err != nil {
		return usageError{err}
	}
	if _, _, err := destination(*output, true); err != nil {
		return fmt.Errorf("cannot write %s: %w", *output, err)
	}
	prior, done, err := earlier(*output, *resume)
	if err != nil {
		return err
	}
	defer done()
	c, err := tenant.collector(s, func(o *live.Options) {
		o.Only, o.Resume, o.Progress = opts.Only, prior, liveProgress(s)
	})
	if err != nil {
		return err
	}
	return collectInto(ctx, *output, c, want, s)
}

// needed is what an assessment by all controls asks a source for, the streams
// that are folded while they load among it.
func needed(ctx context.Context) []string {
	var p probe
	_, _ = assess.Run(ctx, &p, pillars.All(), assess.Options{}) // ends with the probe's own error
	return p.asked
}

// probe is a source that only notes what it is asked for.
type probe struct{ asked []string }

// Load notes, and has nothing.
func (p *probe) Load(_ context.Context, want []string, observers ...assess.Observer) (*model.Tenant, error) {
	p.asked = slices.Clone(want)
	for _, o := range observers {
		p.asked = append(p.asked, o.Dataset)
	}
	return nil, errors.New("nothing is read")
}

// partial is the folder in which a collection grows until it is whole.
func partial(output string) string { return output + ".part" }

// earlier opens what an earlier collection left, to resume from.
func earlier(output string, resume bool) (prior fs.FS, done func(), err error) {
	done = func() {}
	_, err = os.Stat(partial(output))
	switch {
	case err == nil && !resume:
		return nil, done, fmt.Errorf("%s holds an interrupted collection: add -resume to go on with it, or remove it", partial(output))
	case err == nil:
		return os.DirFS(partial(output)), done, nil
	case !resume:
		return nil, done, nil
	}
	file, err := zip.OpenReader(output)
	if err != nil {
		return nil, done, fmt.Errorf("there is nothing to resume: %w", err)
	}
	return file, func() { _ = file.Close() }, nil
}

func collectInto(ctx context.Context, output string, c *live.Collector, want []string, s streams) error {
	folder, err := live.NewFolder(partial(output))
	if err != nil {
		return err
	}
	manifest, stats, err := c.Collect(ctx, folder, want)
	if err != nil {
		if manifest == nil {
			_ = os.Remove(partial(output)) // only where it is still empty
			return err
		}
		if errors.Is(err, live.ErrNothing) {
			return errors.Join(fmt.Errorf("%w\nsign in with az login, or choose -auth device-code, certificate, managed-identity or workload-identity", err),
				os.RemoveAll(partial(output)))
		}
		return fmt.Errorf("%w; what was collected is kept in %s: go on with -resume", err, partial(output))
	}
	if err := writeFile(output, func(w io.Writer) error { return pack(folder.FS(), w) }); err != nil {
		return fmt.Errorf("%w; what was collected is kept in %s: go on with -resume", err, partial(output))
	}
	if err := os.RemoveAll(partial(output)); err != nil {
		return err
	}
	summarise(s.err, output, manifest, stats)
	return nil
}

// pack zips a folder.
func pack(folder fs.FS, to io.Writer) error {
	w := zip.NewWriter(to)
	err := fs.WalkDir(folder, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasPrefix(d.Name(), ".") {
			return err
		}
		from, err := folder.Open(name)
		if err != nil {
			return err
		}
		defer func() { _ = from.Close() }()
		entry, err := w.Create(name)
		if err == nil {
			_, err = io.Copy(entry, from)
		}
		return err
	})
	return errors.Join(err, w.Close())
}

// summarise says what the bundle holds, what it lacks and why.
func summarise(w io.Writer, output string, m *model.Manifest, stats live.Stats) {
	complete := 0
	for _, name := range slices.Sorted(maps.Keys(m.Datasets)) {
		d := m.Datasets[name]
		if d.Status == "complete" {
			complete++
			if d.Detail != "" {
				fmt.Fprintf(w, "%s is complete, but: %s\n", name, report.Inert(d.Detail))
			}
			continue
		}
		fmt.Fprintf(w, "%s is %s (%s): %s", name, d.Status, d.Reason, report.Inert(d.Detail))
		if d.Reason == model.PermissionDenied {
			fmt.Fprintf(w, "; it needs %s", d.Permission)
		}
		fmt.Fprintln(w)
	}
	fmt.Fprintf(w, "%s: %d of %d parts complete, %d requests, %d more inside batches, %.1f MB\n",
		output, complete, len(m.Datasets), stats.Requests, stats.Batched, float64(stats.Bytes)/1e6)
}

// printPermissions lists what a collection needs, for a person and for an
// application, and a script that an administrator can read and run.
func printPermissions(w io.Writer, opts live.Options, want []string) error {
	plan, err := live.Plan(opts, want)
	if err != nil {
		return usageError{err}
	}
	delegated, application := live.Permissions(plan, false), live.Permissions(plan, true)
	granted := slices.DeleteFunc(slices.Clone(application), live.Grant.Writes)
	list := func(title string, grants []live.Grant) {
		fmt.Fprintf(w, "%s\n", title)
		for _, g := range grants {
			note := ""
			if g.Writes() {
				note = " (can write; better left out: the data set is then missing)"
			}
			fmt.Fprintf(w, "  %-50s %s%s\n", g.Permission, strings.Join(g.Datasets, ", "), note)
		}
		fmt.Fprintln(w)
	}
	list("Delegated permissions of Microsoft Graph, for a person who signs in:", delegated)
	list("Application permissions of Microsoft Graph, for an app, a managed or a workload identity:", application)
	fmt.Fprint(w, "# Grants the application permissions with the Microsoft Graph PowerShell SDK. Read it, set\n"+
		"# $appId, and run it as a Privileged Role Administrator. It is printed here, and never run.\n"+
		"$appId = '<application (client) id>'\n"+
		"Connect-MgGraph -Scopes Application.Read.All, AppRoleAssignment.ReadWrite.All\n"+
		"$app = Get-MgServicePrincipal -Filter \"appId eq '$appId'\"\n"+
		"$graph = Get-MgServicePrincipal -Filter \"appId eq '"+model.MicrosoftGraphAppID+"'\"\n"+
		"foreach ($name in @(\n")
	for i, g := range granted {
		separator := ","
		if i == len(granted)-1 {
			separator = ""
		}
		fmt.Fprintf(w, "    '%s'%s\n", g.Permission, separator)
	}
	fmt.Fprint(w, ")) {\n"+
		"    $role = $graph.AppRoles | Where-Object { $_.Value -eq $name -and $_.AllowedMemberTypes -contains 'Application' }\n"+
		"    New-MgServicePrincipalAppRoleAssignment -ServicePrincipalId $app.Id -PrincipalId $app.Id -ResourceId $graph.Id -AppRoleId $role.Id\n"+
		"}\n")
	return nil
}
