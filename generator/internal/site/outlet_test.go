package site

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
)

// textsOf are texts around the sizes at which compressors treat them otherwise.
func textsOf(rnd *rand.Rand) (out [][]byte) {
	words := strings.Fields("<p> </p> คู่มือ ประชาชน การขอ อนุญาต ใบ licence manual of the agency href= class= 02 053 100 บาท")
	for _, n := range []int{256, 512, 600, 1 << 10, 3000, 20_000, 70_000} {
		var b bytes.Buffer
		for b.Len() < n {
			fmt.Fprintf(&b, "%s %d ", words[rnd.IntN(len(words))], rnd.IntN(50))
		}
		out = append(out, b.Bytes()[:n])
	}
	out = append(out, bytes.Repeat(out[6], 15)[:choosing-1]) // the most that is not too much
	return append(out, append(out[7], '.'))
}

// Compressors take turns, and a text's bytes are what a new one makes of it.
func TestATextIsCompressedToTheSameBytesWhateverCameBefore(t *testing.T) {
	texts := textsOf(rand.New(rand.NewPCG(3, 3)))
	type forms struct{ br, gz string }
	want := make([]forms, len(texts))
	for i, text := range texts {
		var b, g bytes.Buffer
		w := brotli.NewWriterOptions(&b, brotli.WriterOptions{Quality: 9})
		z, err := gzip.NewWriterLevel(&g, gzip.BestCompression)
		if err != nil {
			t.Fatal(err)
		}
		for _, into := range []io.WriteCloser{w, z} {
			if _, err := into.Write(text); err != nil {
				t.Fatal(err)
			}
			if err := into.Close(); err != nil {
				t.Fatal(err)
			}
		}
		want[i] = forms{b.String(), g.String()}
	}
	for seed := range uint64(2) {
		for _, i := range rand.New(rand.NewPCG(seed, seed)).Perm(len(texts)) {
			br, err := brotlied("index.html", texts[i])
			if err != nil {
				t.Fatal(err)
			}
			gz, err := gzipped("index.html", texts[i])
			if err != nil {
				t.Fatal(err)
			}
			if string(br) != want[i].br || string(gz) != want[i].gz {
				t.Errorf("order %d: %d bytes are compressed to others than by new compressors", seed, len(texts[i]))
			}
		}
	}
	for i, text := range texts {
		got, err := io.ReadAll(brotli.NewReader(strings.NewReader(want[i].br)))
		if err != nil || !bytes.Equal(got, text) {
			t.Errorf("%d bytes do not come back: %v", len(text), err)
		}
	}
}

func BenchmarkCompressing(b *testing.B) {
	text := textsOf(rand.New(rand.NewPCG(3, 3)))[5] // 20,000 bytes, as a page
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := brotlied("index.html", text); err != nil {
			b.Fatal(err)
		}
		if _, err := gzipped("index.html", text); err != nil {
			b.Fatal(err)
		}
	}
}
