package model

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"unsafe"
)

// Rows of every type come out of a packing word for word as they went in, whatever
// stands in them, and what they point at is still there.
func TestPackedRowsAreTheRows(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 26))
	types := []*rowType{}
	for _, d := range Datasets() {
		types = append(types, d.rows)
	}
	for range 50 {
		types = append(types, newRowType(reflect.TypeFor[oddRecord]()))
	}
	p := &packer{}
	for _, of := range types {
		rows := of.make(packRows, packRows)
		fillRows(rnd, of, rows)
		packed := of.pack(p, rows)
		runtime.GC()
		got := of.new()
		of.of(got).Set(of.of(packed.same))
		for _, i := range rnd.Perm(packRows) {
			packed.unpack(i, got)
			requireSameWords(t, of, of.at(&rows, i), got)
		}
	}
}

// oddRecord has what records may have and few do.
type oddRecord struct {
	Object
	Any   any
	Texts [2]string
	Small [3]uint8
	Map   map[string]int
	List  []string
}

// fillRows fills the words of rows, column by column, as tenants do: with one value, a
// few, or one each, small or large.
func fillRows(rnd *rand.Rand, of *rowType, rows slice) {
	for w, kind := range of.words() {
		var numbers []uintptr
		var texts []string
		var addresses []unsafe.Pointer
		width := []uint{0, 1, 8, 9, 16, 17, 32, 33, 63}[rnd.IntN(9)]
		base := rnd.Uint64() >> rnd.IntN(64)
		long := []int{3, 40, 900}[rnd.IntN(3)]
		for i := range []int{1, 2, 60, 70, 200, 230, packRows}[rnd.IntN(7)] {
			numbers = append(numbers, uintptr(base+rnd.Uint64N(1<<width)))
			texts = append(texts, strings.Clone(strings.Repeat("x", rnd.IntN(long))+fmt.Sprint(i)[rnd.IntN(2):]))
			addresses = append(addresses, unsafe.Pointer(&place{parent: fmt.Sprint(i)}))
		}
		if rnd.IntN(2) == 0 {
			texts[0], addresses[0] = "", nil
		}
		inOrder := rnd.IntN(2) == 0
		for i := range packRows {
			choice := i % len(texts)
			if !inOrder {
				choice = rnd.IntN(len(texts))
			}
			at := unsafe.Add(of.at(&rows, i), uintptr(w)*wordSize)
			switch kind {
			case number:
				*(*uintptr)(at) = numbers[choice]
			case address:
				*(*unsafe.Pointer)(at) = addresses[choice]
			case text:
				*(*string)(at) = texts[choice]
			}
		}
	}
}

func requireSameWords(t *testing.T, of *rowType, want, got unsafe.Pointer) {
	t.Helper()
	for w, kind := range of.words() {
		want, got := unsafe.Add(want, uintptr(w)*wordSize), unsafe.Add(got, uintptr(w)*wordSize)
		same := true
		switch kind {
		case number:
			same = *(*uintptr)(want) == *(*uintptr)(got)
		case address:
			same = *(**place)(want) == *(**place)(got) && (*(**place)(want) == nil || (*(**place)(want)).parent == (*(**place)(got)).parent)
		case text:
			same = *(*string)(want) == *(*string)(got)
		}
		if !same {
			t.Fatalf("%s: word %d differs", of.record, w)
		}
	}
}

// BenchmarkPack packs users as they are read, and looks through them.
func BenchmarkPack(b *testing.B) {
	of := newRowType(reflect.TypeFor[User]())
	users := make([]User, packRows)
	for i := range users {
		users[i] = User{Object: NewObject(fmt.Sprintf("18c2e68c-5eec-48d2-99b7-ecfd5b05%04x", i), "", Location{Dataset: "users", File: "users.json", Pointer: fmt.Sprintf("/value/%d", i)}),
			UserPrincipalName: Value(fmt.Sprintf("imke.whinfield%d@quillmarsh.example", i)), DisplayName: Value(fmt.Sprintf("Imke Whinfield %d", i)),
			AccountEnabled: Value(i%7 > 0), UserType: Value("Member"), Mail: Null[string]()}
	}
	rows := slice{unsafe.Pointer(unsafe.SliceData(users)), packRows, packRows}
	p := &packer{}
	b.Run("pack", func(b *testing.B) {
		for b.Loop() {
			of.pack(p, rows)
		}
	})
	packed := of.pack(p, rows)
	row := of.new()
	b.Run("unpack", func(b *testing.B) {
		for b.Loop() {
			of.of(row).Set(of.of(packed.same))
			for i := range packRows {
				packed.unpack(i, row)
			}
		}
	})
}
