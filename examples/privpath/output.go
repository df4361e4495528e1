package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// writeFile puts what fill writes into a file that is either whole or as it was
// before: it grows under another name in the same folder, reaches the disk, and
// only then takes the name. A new file is for its owner's eyes, since results
// tell where a tenant is weak; one that is replaced keeps its permissions. A
// device or a pipe, which cannot be replaced, is written to.
func writeFile(name string, fill func(io.Writer) error) error {
	return grow(name, true, fill)
}

// createFile is [writeFile] for a file that must not be there yet.
func createFile(name string, fill func(io.Writer) error) error {
	return grow(name, false, fill)
}

func grow(name string, replace bool, fill func(io.Writer) error) error {
	target, mode, err := destination(name, replace)
	switch {
	case err != nil:
	case mode.IsRegular():
		err = swap(target, mode, replace, fill)
	default:
		err = stream(target, fill)
	}
	if err != nil {
		return fmt.Errorf("cannot write %s: %w", name, err)
	}
	return nil
}

// destination finds the file that a name stands for, through links, and its
// permissions.
func destination(name string, replace bool) (target string, mode fs.FileMode, err error) {
	info, err := os.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return name, 0o600, nil
	case err != nil:
		return "", 0, err
	case info.IsDir():
		return "", 0, errors.New("it is a folder")
	case !replace:
		return "", 0, errors.New("it exists, and what somebody wrote there must not be lost: remove it or name another file")
	}
	target, err = filepath.EvalSymlinks(name)
	return target, info.Mode(), err
}

// swap fills a temporary file beside the target and gives it the target's name.
func swap(target string, mode fs.FileMode, replace bool, fill func(io.Writer) error) error {
	file, err := os.CreateTemp(filepath.Dir(target), ".privpath-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(file.Name()) }() // gone already where it has its name
	err = buffered(file, fill)
	if err == nil {
		err = file.Sync()
	}
	if closed := file.Close(); err == nil {
		err = closed
	}
	if err == nil && mode.Perm() != 0o600 {
		err = os.Chmod(file.Name(), mode.Perm())
	}
	switch {
	case err != nil:
		return err
	case replace:
		err = os.Rename(file.Name(), target)
	default:
		// A link fails where somebody was faster; some file systems have none.
		if err = os.Link(file.Name(), target); err != nil && !errors.Is(err, fs.ErrExist) {
			err = os.Rename(file.Name(), target)
		}
	}
	if err == nil {
		syncFolder(filepath.Dir(target))
	}
	return err
}

// stream writes to what is no file.
func stream(target string, fill func(io.Writer) error) error {
	file, err := os.OpenFile(target, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	return errors.Join(buffered(file, fill), file.Close())
}

func buffered(file io.Writer, fill func(io.Writer) error) error {
	w := bufio.NewWriterSize(file, 64<<10)
	if err := fill(w); err != nil {
		return err
	}
	return w.Flush()
}

// syncFolder makes a new name outlast a loss of power, on systems where a folder
// can be asked to. Elsewhere there is nothing to do about it.
func syncFolder(name string) {
	if folder, err := os.Open(name); err == nil {
		_ = folder.Sync()
		_ = folder.Close()
	}
}

// sticky remembers the first error of a writer, for those who print without
// looking.
type sticky struct {
	io.Writer
	err error
}

// Write writes, unless an earlier write failed.
func (s *sticky) Write(p []byte) (int, error) {
	if s.err != nil {
		return 0, s.err
	}
	n, err := s.Writer.Write(p)
	s.err = err
	return n, err
}
