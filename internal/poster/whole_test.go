//go:build !race

package poster

const eachStyle = true
