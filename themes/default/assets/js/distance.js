// How far a place is, and which tiles of the map to fetch around one.
const EARTH = 6371000; // metres
const RADIANS = Math.PI / 180;

/** The way as the crow flies between two places {lat, lng}, in metres. */
export function distance(a, b) {
  const lat = (b.lat - a.lat) * RADIANS;
  const lng = (b.lng - a.lng) * RADIANS;
  const h = Math.sin(lat / 2) ** 2 + Math.cos(a.lat * RADIANS) * Math.cos(b.lat * RADIANS) * Math.sin(lng / 2) ** 2;
  return 2 * EARTH * Math.asin(Math.min(1, Math.sqrt(h)));
}

/** A distance as {unit: "m" or "km", text}: 50 m steps, then 2.4 km, then 12 km. */
export function rounded(metres) {
  if (metres < 975) return { unit: "m", text: String(Math.max(50, Math.round(metres / 50) * 50)) };
  const km = metres / 1000;
  return { unit: "km", text: km < 9.95 ? km.toFixed(1) : String(Math.round(km)) };
}

/**
 * The tiles of an index {size, tiles: {"55_402": points}} by how near their
 * nearest edge is: [{name, points, metres}].
 */
export function tilesAround(index, here) {
  return Object.keys(index.tiles).map((name) => {
    const [row, column] = name.split("_").map(Number);
    const edge = {
      lat: clamp(here.lat, row * index.size, (row + 1) * index.size),
      lng: clamp(here.lng, column * index.size, (column + 1) * index.size),
    };
    return { name, points: index.tiles[name], metres: distance(here, edge) };
  }).sort((a, b) => a.metres - b.metres);
}

const clamp = (x, low, high) => Math.min(Math.max(x, low), high);

/**
 * The next tiles to fetch: none when enough places are known that are nearer
 * than any further tile, or when what remains is beyond reach. known are the
 * distances of the places known, in metres; rest are tiles not yet fetched, the
 * nearest first.
 */
export function nextTiles(rest, known, want, reach) {
  if (rest.length === 0 || rest[0].metres > reach) return [];
  const near = known.filter((metres) => metres <= rest[0].metres).length;
  if (near >= want) return [];
  const out = [];
  let points = near;
  for (const tile of rest) {
    if (tile.metres > reach || out.length === 6 || points >= want) break;
    out.push(tile);
    points += tile.points;
  }
  return out;
}

/** Items in order of their place's distance from here; those without a place last. */
export function byDistance(items, here, placeOf) {
  const measured = items.map((item, i) => {
    const place = placeOf(item);
    return { item, i, metres: place ? distance(here, place) : Infinity };
  });
  return measured.sort((a, b) => (a.metres === b.metres ? a.i - b.i : a.metres - b.metres));
}
