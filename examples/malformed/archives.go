package malformed

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"encoding/binary"
	"hash/crc32"
	"io/fs"
	"strings"
)

// archives are zips that are small, and do what no honest tool does. The bombs
// among them unpack to megabytes; larger ones are made where they are tested.
func (c corpus) archives() error {
	const users = `{"value":[{"id":"u1","userPrincipalName":"a@example.com"}]}`
	name := func(text string) *zip.FileHeader { return &zip.FileHeader{Name: text, Method: zip.Deflate} }
	stored := func(text string) *zip.FileHeader { return &zip.FileHeader{Name: text, Method: zip.Store} }
	honest := archive(func(w *zip.Writer) error { return put(w, name("users.json"), users) })
	link := name("users.json")
	link.SetMode(fs.ModeSymlink | 0o777)
	device := name("users.json")
	device.SetMode(fs.ModeDevice | 0o666)
	packed := deflated(users)
	lying := func(h zip.FileHeader, body []byte, size uint64) []byte {
		h.CompressedSize64, h.UncompressedSize64 = uint64(len(body)), size
		return archive(func(w *zip.Writer) error { return putRaw(w, &h, body) })
	}
	good := zip.FileHeader{Name: "users.json", Method: zip.Deflate, CRC32: crc32.ChecksumIEEE([]byte(users))}
	bad := good
	bad.CRC32++
	spaces := "[" + strings.Repeat(" ", 8<<20) + "]"
	variants := map[string][]byte{
		"empty": {}, "only-end": []byte("PK\x05\x06" + strings.Repeat("\x00", 18)), "only-magic": []byte("PK\x03\x04"), "no-directory": honest[:bytes.LastIndex(honest, []byte("PK\x01\x02"))],
		"half": honest[:len(honest)/2], "without-last-byte": honest[:len(honest)-1], "text-before": append([]byte("#!/bin/sh\n"), honest...), "text-behind": append(bytes.Clone(honest), "more"...), "two-in-one": append(bytes.Clone(honest), honest...),
		"directory-beyond-end":    patched(honest, "PK\x05\x06", 16, 0xfffffff0),
		"directory-size-beyond":   patched(honest, "PK\x05\x06", 12, 0x7fffffff),
		"more-entries-than-there": patched16(honest, "PK\x05\x06", 10, 9999),
		"entry-beyond-end":        patched(honest, "PK\x01\x02", 42, 0x7ffffff0),
		"entry-at-the-directory":  patched(honest, "PK\x01\x02", 42, uint32(bytes.Index(honest, []byte("PK\x01\x02")))),
		"packed-size-beyond":      patched(honest, "PK\x01\x02", 20, 0x7ffffff0),
		"unpacked-size-huge":      patched(honest, "PK\x01\x02", 24, 0x7ffffff0),
		"zip64-without-record":    patched(honest, "PK\x05\x06", 16, 0xffffffff),
		"zip64-entry-without":     patched(honest, "PK\x01\x02", 24, 0xffffffff),
		"zip64-entry-lies":        zip64Entry(users, 1<<62),
		"zip64-entry-negative":    zip64Entry(users, 1<<63),
		"zip64-end-lies":          zip64End(honest, 1<<60),
		"comment-holds-an-end":    append(patched16(honest, "PK\x05\x06", 20, 22), "PK\x05\x06"+strings.Repeat("\x00", 18)...),
		"wrong-checksum":          lying(bad, packed, uint64(len(users))), "longer-than-said": lying(good, packed, 3), "shorter-than-said": lying(good, packed, 1<<20), "said-to-be-empty": lying(good, packed, 0),
		"no-deflate": lying(good, []byte("\xff\xff\xff"), 30), "deflate-cut": lying(good, packed[:len(packed)-3], uint64(len(users))), "deflate-and-more": lying(good, append(bytes.Clone(packed), "more"...), uint64(len(users))),
		"encrypted": lying(zip.FileHeader{Name: "users.json", Flags: 1, Method: zip.Deflate}, packed, uint64(len(users))), "method-99": lying(zip.FileHeader{Name: "users.json", Method: 99}, packed, uint64(len(users))),
		"bomb": archive(func(w *zip.Writer) error { return put(w, name("users.json"), spaces) }), "bomb-that-lies": lying(good, deflated(spaces), 10),
		"overlap": overlapping(users), "quoted": quoted(users),
	}
	for label, write := range map[string]func(w *zip.Writer) error{
		"link": func(w *zip.Writer) error { return put(w, link, "/etc/passwd") }, "device": func(w *zip.Writer) error { return put(w, device, users) },
		"folder-with-content": func(w *zip.Writer) error { return put(w, stored("users.json/"), "") },
		"twice": func(w *zip.Writer) error {
			return all(put(w, name("users.json"), users), put(w, name("users.json"), `{"value":[]}`))
		},
		"twice-in-other-case": func(w *zip.Writer) error {
			return all(put(w, name("users.json"), users), put(w, name("Users.json"), `{"value":[]}`))
		},
		"twice-by-backslash": func(w *zip.Writer) error {
			return all(put(w, name("policies/authorizationPolicy.json"), `{"id":"a"}`), put(w, name(`policies\authorizationPolicy.json`), `{"id":"b"}`))
		},
		"twice-by-top-folder": func(w *zip.Writer) error {
			return all(put(w, name("a/users.json"), users), put(w, name("b/users.json"), users))
		},
		"zip-inside": func(w *zip.Writer) error {
			return all(put(w, stored("users.zip"), string(honest)), put(w, stored("users.json"), string(honest)))
		},
		"manifest-twice": func(w *zip.Writer) error {
			return all(put(w, name("manifest.json"), validManifest), put(w, name("manifest.json"), validManifest))
		},
		"manifest-names-missing-files": func(w *zip.Writer) error { return put(w, name("manifest.json"), validManifest) },
		"no-entries":                   func(*zip.Writer) error { return nil },
		"many-entries": func(w *zip.Writer) error {
			for range 300 {
				if err := put(w, stored("groups/x/members.json"), ""); err != nil {
					return err
				}
			}
			return nil
		},
		"long-name": func(w *zip.Writer) error { return put(w, name(strings.Repeat("a/", 8000)+"users.json"), users) },
	} {
		variants[label] = archive(write)
	}
	for label, path := range map[string]string{
		"parent": "../users.json", "parent-inside": "a/../../users.json", "parent-backslash": `..\..\users.json`, "absolute": "/users.json", "absolute-backslash": `\\server\share\users.json`, "drive": `C:\users.json`,
		"nul": "users.json\x00.txt", "escape": "\x1b[2Jusers.json", "double-slash": "a//users.json", "dot": "a/./users.json", "blank": " ", "no-utf8": "\xff\xfe.json", "right-to-left": "\u202enosj.sresu", "reserved": "CON.json", "stream": "users.json:hidden",
	} {
		variants["name-"+label] = archive(func(w *zip.Writer) error { return put(w, name(path), users) })
	}
	for label, content := range variants {
		c.add(Archive, "export", label, content)
	}
	return nil
}

// archive writes a zip. Nothing can fail in memory but a slip of the generator's.
func archive(write func(w *zip.Writer) error) []byte {
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	if err := all(write(w), w.Close()); err != nil {
		panic(err)
	}
	return out.Bytes()
}

func all(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func put(w *zip.Writer, h *zip.FileHeader, text string) error {
	header := *h
	part, err := w.CreateHeader(&header)
	if err == nil && text != "" {
		_, err = part.Write([]byte(text))
	}
	return err
}

func putRaw(w *zip.Writer, h *zip.FileHeader, body []byte) error {
	part, err := w.CreateRaw(h)
	if err == nil {
		_, err = part.Write(body)
	}
	return err
}

func deflated(text string) []byte {
	var out bytes.Buffer
	w, err := flate.NewWriter(&out, flate.BestCompression)
	if err == nil {
		_, err = w.Write([]byte(text))
	}
	if err := all(err, w.Close()); err != nil {
		panic(err)
	}
	return out.Bytes()
}

// patched writes a number over the last record of the signature.
func patched(archive []byte, signature string, offset int, number uint32) []byte {
	out := bytes.Clone(archive)
	binary.LittleEndian.PutUint32(out[bytes.LastIndex(out, []byte(signature))+offset:], number)
	return out
}

func patched16(archive []byte, signature string, offset int, number uint16) []byte {
	out := bytes.Clone(archive)
	binary.LittleEndian.PutUint16(out[bytes.LastIndex(out, []byte(signature))+offset:], number)
	return out
}

// overlapping is a zip with a second directory entry for the same bytes.
func overlapping(text string) []byte {
	packed := archive(func(w *zip.Writer) error { return put(w, &zip.FileHeader{Name: "users.json", Method: zip.Store}, text) })
	at, end := bytes.LastIndex(packed, []byte("PK\x01\x02")), bytes.LastIndex(packed, []byte("PK\x05\x06"))
	entry := bytes.Clone(packed[at:end])
	copy(entry[46:], "group")
	return directory(packed[:at], append(packed[at:end:end], entry...), 2)
}

// quoted is a zip whose first entry holds the local header of the second: the
// densest bombs are chains of such entries.
func quoted(text string) []byte {
	inner := archive(func(w *zip.Writer) error { return put(w, &zip.FileHeader{Name: "group.json", Method: zip.Store}, text) })
	body := inner[:bytes.LastIndex(inner, []byte("PK\x01\x02"))]
	outer := archive(func(w *zip.Writer) error {
		return put(w, &zip.FileHeader{Name: "users.json", Method: zip.Store}, string(body))
	})
	at := bytes.LastIndex(outer, []byte("PK\x01\x02"))
	first := outer[at:bytes.LastIndex(outer, []byte("PK\x05\x06"))]
	second := bytes.Clone(inner[len(body):bytes.LastIndex(inner, []byte("PK\x05\x06"))])
	binary.LittleEndian.PutUint32(second[42:], uint32(bytes.Index(outer, body)))
	return directory(outer[:at], append(bytes.Clone(first), second...), 2)
}

// directory ends a zip with the given directory.
func directory(before, entries []byte, count uint16) []byte {
	out := append(bytes.Clone(before), entries...)
	out = append(out, "PK\x05\x06\x00\x00\x00\x00"...)
	out = binary.LittleEndian.AppendUint16(out, count)
	out = binary.LittleEndian.AppendUint16(out, count)
	out = binary.LittleEndian.AppendUint32(out, uint32(len(entries)))
	out = binary.LittleEndian.AppendUint32(out, uint32(len(before)))
	return append(out, 0, 0)
}

// zip64Entry is a zip whose entry says in its 64-bit field that it unpacks to so
// many bytes.
func zip64Entry(text string, size uint64) []byte {
	packed := archive(func(w *zip.Writer) error { return put(w, &zip.FileHeader{Name: "users.json", Method: zip.Store}, text) })
	at, end := bytes.LastIndex(packed, []byte("PK\x01\x02")), bytes.LastIndex(packed, []byte("PK\x05\x06"))
	entry := bytes.Clone(packed[at:end])
	binary.LittleEndian.PutUint32(entry[24:], 0xffffffff)
	extra := binary.LittleEndian.AppendUint64([]byte{1, 0, 8, 0}, size)
	binary.LittleEndian.PutUint16(entry[30:], uint16(len(extra)))
	return directory(packed[:at], append(entry, extra...), 1)
}

// zip64End is a zip with a 64-bit end record that puts the directory at offset.
func zip64End(honest []byte, offset uint64) []byte {
	end := bytes.LastIndex(honest, []byte("PK\x05\x06"))
	out := bytes.Clone(honest[:end])
	record := binary.LittleEndian.AppendUint64([]byte("PK\x06\x06"), 44)
	record = append(record, 45, 0, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0)
	for _, n := range []uint64{1, 1, 64, offset} {
		record = binary.LittleEndian.AppendUint64(record, n)
	}
	out = append(out, record...)
	out = append(out, "PK\x06\x07\x00\x00\x00\x00"...)
	out = binary.LittleEndian.AppendUint64(out, uint64(end))
	out = binary.LittleEndian.AppendUint32(out, 1)
	return append(out, patched(honest[end:], "PK\x05\x06", 16, 0xffffffff)...)
}
