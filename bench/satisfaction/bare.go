package main

import (
	"encoding/csv"
	"errors"
	"io"
	"os"
	"time"

	"github.com/xuri/excelize/v2"
)

// stream is what the library alone took.
type stream struct {
	took        time.Duration
	rows, cells int
}

// bareStream writes the rows of a CSV file as a workbook, by the library's stream
// and into nothing. Reading them is not counted.
func bareStream(from *os.File) (s stream, err error) {
	if _, err := from.Seek(0, io.SeekStart); err != nil {
		return s, err
	}
	book := excelize.NewFile()
	defer func() { err = errors.Join(err, book.Close()) }()
	timed := func(do func() error) error {
		began := time.Now()
		err := do()
		s.took += time.Since(began)
		return err
	}
	var out *excelize.StreamWriter
	if err := timed(func() (err error) { out, err = book.NewStreamWriter("Sheet1"); return err }); err != nil {
		return s, err
	}
	rows := csv.NewReader(from)
	rows.ReuseRecord = true
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return s, err
		}
		cells := make([]any, len(row))
		for i, c := range row {
			cells[i] = c
		}
		s.rows, s.cells = s.rows+1, s.cells+len(row)
		at, err := excelize.CoordinatesToCellName(1, s.rows)
		if err != nil {
			return s, err
		}
		if err := timed(func() error { return out.SetRow(at, cells) }); err != nil {
			return s, err
		}
	}
	return s, timed(func() error { return errors.Join(out.Flush(), book.Write(io.Discard)) })
}
