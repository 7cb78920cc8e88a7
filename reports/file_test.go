package reports

import (
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestWriteEveryFormat(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "made", "here")
	paths, err := Write(folder, Formats(), New(sample()))
	if err != nil {
		t.Fatal(err)
	}
	if len(paths) != len(Formats()) {
		t.Errorf("paths: %v", paths)
	}
	file, err := os.Open(filepath.Join(folder, "report.json"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if _, err := Read(file); err != nil {
		t.Error(err)
	}
}

func TestFailedWriteLeavesTheOldFile(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	path := filepath.Join(folder, "report.json")
	if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	err := WriteFile(path, func(w io.Writer) error {
		_, _ = io.WriteString(w, "half")
		return errors.New("disk full")
	})
	if err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("error %v, want one that names %s", err, path)
	}
	if kept, _ := os.ReadFile(path); string(kept) != "old" {
		t.Errorf("the file holds %q", kept)
	}
	if entries, _ := os.ReadDir(folder); len(entries) != 1 {
		t.Errorf("files left: %v", entries)
	}
}

// TestWriteIsAllOrNothing: a file that can't be put in its place leaves the
// reports of the run before, those already replaced and those that were missing.
func TestWriteIsAllOrNothing(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "report.json"), []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(folder, "report.md"), 0o755); err != nil {
		t.Fatal(err)
	}
	paths, err := Write(folder, Formats(), New(sample()))
	if err == nil || !strings.Contains(err.Error(), filepath.Join(folder, "report.md")) || len(paths) > 0 {
		t.Errorf("%v, error %v, want none and one that names report.md", paths, err)
	}
	if kept, _ := os.ReadFile(filepath.Join(folder, "report.json")); string(kept) != "old" {
		t.Errorf("report.json holds %.40q", kept)
	}
	if entries, _ := os.ReadDir(folder); len(entries) != 2 {
		t.Errorf("files left: %v", entries)
	}
}

// TestWriteNamesEveryFileThatFailed: of two formats that can't be encoded, both
// are named, and the third isn't written.
func TestWriteNamesEveryFileThatFailed(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	full := func(io.Writer, *Report) error { return errors.New("no space left on device") }
	formats := []Format{{"a", "a.txt", full}, {"json", "report.json", EncodeJSON}, {"b", "b.txt", full}}
	_, err := Write(folder, formats, New(sample()))
	if err == nil || !strings.Contains(err.Error(), "a.txt") || !strings.Contains(err.Error(), "b.txt") {
		t.Errorf("error %v, want one that names a.txt and b.txt", err)
	}
	if entries, _ := os.ReadDir(folder); len(entries) != 0 {
		t.Errorf("files left: %v", entries)
	}
}

func TestFormatNamed(t *testing.T) {
	t.Parallel()
	if format, ok := FormatNamed(Formats(), "junit"); !ok || format.File != "junit.xml" {
		t.Errorf("junit: %+v, %t", format, ok)
	}
	if _, ok := FormatNamed(Formats(), "pdf"); ok {
		t.Error("pdf was taken for a format")
	}
}

// TestJUnitIsXML reads the document back with characters in it that XML can't
// hold.
func TestJUnitIsXML(t *testing.T) {
	t.Parallel()
	content := sample()
	content.Results[0].Actual = "]]> <b> \x01 \ufffe \xc3"
	var buffer strings.Builder
	if err := EncodeJUnit(&buffer, New(content)); err != nil {
		t.Fatal(err)
	}
	decoder := xml.NewDecoder(strings.NewReader(buffer.String()))
	for {
		if _, err := decoder.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatal(err)
		}
	}
}
