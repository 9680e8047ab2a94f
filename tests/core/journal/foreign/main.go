// Checks, with Go's own note and tlog packages, what core/journal wrote.
//
// Reads one JSON object from standard input and exits with 0 only if every part of it verifies.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type inclusion struct {
	Index int64
	Leaf  []byte
	Path  [][]byte
}

type consistency struct {
	Size int64
	Root []byte
	Path [][]byte
}

type input struct {
	Key         string
	Checkpoint  string
	Inclusion   []inclusion
	Consistency []consistency
	Tiles       string
}

func main() {
	if err := check(); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

func check() error {
	var in input
	if err := json.NewDecoder(os.Stdin).Decode(&in); err != nil {
		return err
	}
	tree, err := open(in)
	if err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	for _, one := range in.Inclusion {
		leaf := tlog.RecordHash(one.Leaf)
		if err := tlog.CheckRecord(hashes(one.Path), tree.N, tree.Hash, one.Index, leaf); err != nil {
			return fmt.Errorf("inclusion of %d: %w", one.Index, err)
		}
	}
	for _, one := range in.Consistency {
		if err := tlog.CheckTree(hashes(one.Path), tree.N, tree.Hash, one.Size, hash(one.Root)); err != nil {
			return fmt.Errorf("consistency with %d: %w", one.Size, err)
		}
	}
	if in.Tiles == "" {
		return nil
	}
	return checkTiles(in, tree)
}

// open verifies the signed checkpoint and returns the tree that it states.
func open(in input) (tlog.Tree, error) {
	verifier, err := note.NewVerifier(in.Key)
	if err != nil {
		return tlog.Tree{}, err
	}
	signed, err := note.Open([]byte(in.Checkpoint), note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, err
	}
	lines := strings.Split(signed.Text, "\n")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, err
	}
	root, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: size, Hash: root}, err
}

// checkTiles proves every record anew out of the exported tiles, which the reader authenticates.
func checkTiles(in input, tree tlog.Tree) error {
	reader := tlog.TileHashReader(tree, folder(in.Tiles))
	for _, one := range in.Inclusion {
		path, err := tlog.ProveRecord(tree.N, one.Index, reader)
		if err != nil {
			return fmt.Errorf("tiles, record %d: %w", one.Index, err)
		}
		if fmt.Sprint(path) != fmt.Sprint(tlog.RecordProof(hashes(one.Path))) {
			return fmt.Errorf("tiles, record %d: another path", one.Index)
		}
	}
	return nil
}

type folder string

func (folder) Height() int { return 8 }

func (folder) SaveTiles([]tlog.Tile, [][]byte) {}

func (dir folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var found [][]byte
	for _, tile := range tiles {
		// Go names the height first: tile/8/0/000; C2SP leaves it out.
		path := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
		data, err := os.ReadFile(filepath.Join(string(dir), path))
		if err != nil {
			return nil, err
		}
		found = append(found, data)
	}
	return found, nil
}

func hash(data []byte) tlog.Hash {
	var found tlog.Hash
	copy(found[:], data)
	return found
}

func hashes(path [][]byte) []tlog.Hash {
	var found []tlog.Hash
	for _, one := range path {
		found = append(found, hash(one))
	}
	return found
}
