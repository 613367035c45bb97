//go:build race

package poster

// eachStyle is whether every design is photographed on every size. The race
// detector makes looking at pixels many times as long, and a photograph has no
// race of its own: there each design and each size is looked at once.
const eachStyle = false
