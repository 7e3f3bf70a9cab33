package registry

import (
	"archive/tar"
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"path"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/patternbook/patternbook/registry/index"
	"github.com/patternbook/patternbook/schema"
)

// An Archive is a release as one file. Everything is in one folder that is called
// design-version: release.json, the release document in canonical form; where the
// law forced files out, REMOVED.txt, which names them; and the files, in the order
// of the document. (Where the design has a file of that name itself, it is
// release-2.json, and so on.)
//
// The same release always gives the same bytes: times, modes and owners are fixed.
// Only a file that is removed by law changes them.
//
// An Archive is for one goroutine.
type Archive struct {
	Release  index.Release
	Name     string        // of the folder: lamp-1.0.0
	Contents schema.Digest // equal for archives with the same bytes
	Removed  bool          // whether files are left out

	service *Service
	members []member
	buffer  []byte
}

// A member is one file of an archive.
type member struct {
	name     string
	size     int64         // bytes
	text     []byte        // what is in it, when it is no artifact
	artifact schema.Digest // zero when it is none
}

// archived is the time of every member: the first that a zip file can say.
var archived = time.Date(1980, time.January, 1, 0, 0, 0, 0, time.UTC)

// Archive gives the archive of a release. Nothing of its files is read yet.
// Error: NotFound.
func (s *Service) Archive(ctx context.Context, ref schema.Reference) (*Archive, error) {
	row, document, err := s.ReleaseDocument(ctx, ref)
	if err != nil {
		return nil, err
	}
	r, _, err := schema.Decode[schema.Release](document)
	if err != nil {
		return nil, fmt.Errorf("read the release %s: %w", row.Digest, err)
	}
	removed, err := s.RemovedFiles(ctx, row)
	if err != nil {
		return nil, err
	}
	a := &Archive{Release: row, Name: r.Design.Name + "-" + r.Version.String(), Contents: row.Digest, Removed: len(removed) > 0, service: s}
	a.addText(r, "release.json", document)
	if a.Removed {
		notice := removalNotice(r, removed)
		a.addText(r, "REMOVED.txt", notice)
		a.Contents = schema.DigestOf(append([]byte(row.Digest.String()+"\n"), notice...))
	}
	for _, f := range r.Files {
		if err := schema.CheckPath(f.Path); err != nil { // no archive leads out of its folder, whatever was once accepted
			return nil, &schema.Error{Kind: schema.Internal, Detail: fmt.Sprintf("no archive can be made of %s %s", r.Design, r.Version), Fix: "fetch its files one by one", Err: err}
		}
		if _, gone := removed[f.Path]; !gone {
			a.members = append(a.members, member{name: a.Name + "/" + f.Path, size: f.Size, artifact: f.Digest})
		}
	}
	return a, nil
}

// addText adds a file of our own, under a name that no file of the release has.
func (a *Archive) addText(r schema.Release, name string, text []byte) {
	taken := make(map[string]bool)
	for _, f := range r.Files {
		first, _, _ := strings.Cut(f.Path, "/")
		taken[schema.FoldPath(first)] = true
	}
	free, extension := name, path.Ext(name)
	for n := 2; taken[schema.FoldPath(free)]; n++ {
		free = fmt.Sprintf("%s-%d%s", strings.TrimSuffix(name, extension), n, extension)
	}
	a.members = append(a.members, member{name: a.Name + "/" + free, size: int64(len(text)), text: text})
}

func removalNotice(r schema.Release, removed map[string]string) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "These files of %s %s were removed by law, and are not in this archive.\nThe release document still names them.\n", r.Design, r.Version)
	for _, f := range r.Files {
		if reason, gone := removed[f.Path]; gone {
			fmt.Fprintf(&b, "\n%s\n    %s, %d bytes\n    %s\n", f.Path, f.Digest, f.Size, strings.ReplaceAll(reason, "\n", "\n    "))
		}
	}
	return []byte(b.String())
}

// Check looks whether everything is stored that the archive needs, so that it is
// not begun in vain. Error: Internal, with the files that are lost.
func (a *Archive) Check(ctx context.Context) error {
	const atOnce = 8 // questions to the store
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	lost := make([]string, len(a.members))
	for i, m := range a.members {
		if m.artifact.IsZero() {
			continue
		}
		group.Go(func() (err error) {
			lost[i], err = a.lost(ctx, m)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	var at []schema.Place
	for i, why := range lost {
		if why != "" {
			at = append(at, schema.Place{File: strings.TrimPrefix(a.members[i].name, a.Name+"/"), Detail: why})
		}
	}
	if len(at) == 0 {
		return nil
	}
	return &schema.Error{
		Kind: schema.Internal, Detail: fmt.Sprintf("the registry cannot give all files of %s %s", a.Release.Design, a.Release.Version),
		Fix: "ask a mirror for these; whoever has the files can send them again", At: at,
	}
}

// lost tells why a member cannot be given, "" when it can.
func (a *Archive) lost(ctx context.Context, m member) (string, error) {
	info, err := a.service.artifacts.Stat(ctx, m.artifact)
	switch {
	case errors.Is(err, schema.NotFound):
		return m.artifact.String() + " is not stored", nil
	case err != nil:
		return "", fmt.Errorf("look for %s: %w", m.artifact, err)
	case info.Size != m.size:
		return fmt.Sprintf("%s has %d bytes in the store, not %d", m.artifact, info.Size, m.size), nil
	}
	return "", nil
}

// WriteZip writes the archive as a zip file, in which nothing is compressed. Since
// nothing is read twice, checksums stand after the files that they are of, and in
// the directory at the end. Bytes that are not what their digest says end it with
// an error.
func (a *Archive) WriteZip(ctx context.Context, w io.Writer) error {
	return a.writeZip(w, func(w io.Writer, m member) (uint32, error) {
		sum := crc32.NewIEEE()
		err := a.copy(ctx, io.MultiWriter(w, sum), m)
		return sum.Sum32(), err
	})
}

// ZipSize gives how many bytes WriteZip writes.
func (a *Archive) ZipSize() (int64, error) {
	var size counter
	empty := make([]byte, 1<<20)
	err := a.writeZip(&size, func(w io.Writer, m member) (uint32, error) {
		for left := m.size; left > 0; left -= int64(len(empty)) {
			if _, err := w.Write(empty[:min(left, int64(len(empty)))]); err != nil {
				return 0, err
			}
		}
		return 0, nil
	})
	return int64(size), err
}

// A counter counts bytes.
type counter int64

// Write implements io.Writer.
func (c *counter) Write(b []byte) (int, error) {
	*c += counter(len(b))
	return len(b), nil
}

// writeZip writes a zip file (APPNOTE.TXT 6.3.10 of PKWARE). content writes what is
// in a member and gives its CRC-32.
func (a *Archive) writeZip(w io.Writer, content func(io.Writer, member) (uint32, error)) error {
	const (
		sumAfter, utf8         = 0x8, 0x800 // flags: 4.4.4
		ordinary, large        = 20, 45     // versions: 4.4.3
		firstDay        uint16 = 1<<5 | 1   // the day of archived, as MS-DOS says it
	)
	z := zip.NewWriter(w)
	for _, m := range a.members {
		size := uint64(m.size) // #nosec G115 -- not below 0: the schema says so
		h := &zip.FileHeader{
			Name: m.name, Method: zip.Store, Flags: sumAfter | utf8, ReaderVersion: ordinary,
			CompressedSize64: size, UncompressedSize64: size,
		}
		h.ModifiedDate = firstDay //lint:ignore SA1019 CreateRaw writes this field, and does not look at Modified
		if size >= 1<<32-1 {
			h.ReaderVersion = large
		}
		h.SetMode(0o644)
		h.CreatorVersion |= ordinary
		to, err := z.CreateRaw(h)
		if err != nil {
			return err
		}
		if h.CRC32, err = content(to, m); err != nil { // written with what follows
			return err
		}
	}
	return z.Close()
}

// WriteTar writes the archive as a tar file: ustar, with pax headers for what does
// not fit. Errors are those of WriteZip.
func (a *Archive) WriteTar(ctx context.Context, w io.Writer) error {
	t := tar.NewWriter(w)
	for _, m := range a.members {
		if err := t.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: m.name, Size: m.size, Mode: 0o644, ModTime: archived}); err != nil {
			return err
		}
		if err := a.copy(ctx, t, m); err != nil {
			return err
		}
	}
	return t.Close()
}

// copy writes the content of a member.
func (a *Archive) copy(ctx context.Context, w io.Writer, m member) (err error) {
	if m.artifact.IsZero() {
		_, err = w.Write(m.text)
		return err
	}
	o, err := a.service.OpenArtifact(ctx, Actor{}, m.artifact)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, o.Close()) }()
	if a.buffer == nil {
		a.buffer = make([]byte, 64<<10)
	}
	n, err := io.CopyBuffer(w, io.LimitReader(o, m.size+1), a.buffer)
	if err == nil && n != m.size {
		err = fmt.Errorf("archive %s: it has %d bytes, not %d", m.artifact, n, m.size)
	}
	return err
}
