package reports

import (
	"bytes"
	"cmp"
	"flag"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/chromedp/chromedp"
)

// The picture that the README shows is made by .ci/picture with these.
var (
	pictureOf = flag.String("picture-of", "", "the report.html to take a picture of, instead of one of this test")
	pictureTo = flag.String("picture", "", "the file to write the picture to")
)

// pictureLimit is the size in bytes that a picture for a README stays under.
const pictureLimit = 150_000

// TestPicture takes a picture of the top of a page and holds it to being small
// and to showing something.
func TestPicture(t *testing.T) {
	tab := openTab(t)
	page, err := filepath.Abs(*pictureOf)
	if err != nil {
		t.Fatal(err)
	}
	if *pictureOf == "" {
		page = filepath.Join(t.TempDir(), "report.html")
		if err := os.WriteFile(page, []byte(renderHTML(t, large(300, 300), Options{})), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	tab.do(chromedp.EmulateViewport(1180, 1500))
	tab.open("file://" + page)
	shot, err := chromedp.Run(tab.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		t.Fatal(err)
	}
	picture, err := png.Decode(bytes.NewReader(shot))
	if err != nil {
		t.Fatal(err)
	}
	colours := frequentColours(picture, 256)
	if size := picture.Bounds().Size(); size != image.Pt(1180, 1500) || len(colours) < 100 {
		t.Errorf("the picture has %v dots in %d colours", size, len(colours))
	}
	small := withColours(t, picture, colours)
	t.Logf("%d bytes, %d as it was taken", len(small), len(shot))
	if len(small) > pictureLimit {
		t.Errorf("the picture has %d bytes", len(small))
	}
	if *pictureTo != "" {
		if err := os.WriteFile(*pictureTo, small, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// frequentColours returns the colours that a picture has most of. Those of a
// page are few: what is left out are shades at the edge of letters.
func frequentColours(picture image.Image, limit int) color.Palette {
	counts, area := map[color.RGBA]int{}, picture.Bounds()
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for x := area.Min.X; x < area.Max.X; x++ {
			counts[color.RGBAModel.Convert(picture.At(x, y)).(color.RGBA)]++
		}
	}
	all := slices.SortedFunc(maps.Keys(counts), func(a, b color.RGBA) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a.R, b.R), cmp.Compare(a.G, b.G), cmp.Compare(a.B, b.B))
	})
	var colours color.Palette
	for _, each := range all[:min(limit, len(all))] {
		colours = append(colours, each)
	}
	return colours
}

// withColours returns a picture as PNG in the colours given.
func withColours(t *testing.T, picture image.Image, colours color.Palette) []byte {
	t.Helper()
	drawn := image.NewPaletted(picture.Bounds(), colours)
	draw.Draw(drawn, drawn.Bounds(), picture, picture.Bounds().Min, draw.Src)
	var out bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&out, drawn); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
