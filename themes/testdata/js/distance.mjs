import test from "node:test";
import assert from "node:assert/strict";
import { byDistance, distance, nextTiles, rounded, tilesAround } from "./distance.js";

const bangkok = { lat: 13.7525, lng: 100.4935 };
const chiangMai = { lat: 18.7904, lng: 98.9847 };

test("distances agree with the known ones to half a percent", () => {
  const cases = [
    ["nowhere", bangkok, bangkok, 0],
    ["Bangkok to Chiang Mai", bangkok, chiangMai, 583000],
    ["a degree of latitude", { lat: 13, lng: 100 }, { lat: 14, lng: 100 }, 111195],
  ];
  for (const [name, a, b, want] of cases) {
    const got = distance(a, b);
    assert.ok(Math.abs(got - want) <= want * 0.005, `${name}: got ${got}, want ${want}`);
    assert.equal(got, distance(b, a));
  }
});

test("distances are said as a person would", () => {
  const cases = [[0, "m", "50"], [70, "m", "50"], [420, "m", "400"], [974, "m", "950"], [975, "km", "1.0"], [2440, "km", "2.4"], [9940, "km", "9.9"], [12499, "km", "12"]];
  for (const [metres, unit, text] of cases) assert.deepEqual(rounded(metres), { unit, text }, String(metres));
});

const index = { size: 0.25, tiles: { "55_401": 3, "55_402": 14, "75_395": 15, "27_401": 1 } };

test("tiles come by their nearest edge, the one around the place first", () => {
  const tiles = tilesAround(index, { lat: 13.8, lng: 100.4 });
  assert.deepEqual(tiles.map((t) => t.name), ["55_401", "55_402", "75_395", "27_401"]);
  assert.equal(tiles[0].metres, 0);
  assert.ok(tiles[1].metres > 10000 && tiles[1].metres < 11500, String(tiles[1].metres));
});

test("tiles are fetched until enough places are certain", () => {
  const rest = [{ name: "a", points: 3, metres: 0 }, { name: "b", points: 30, metres: 9000 }, { name: "c", points: 5, metres: 150000 }, { name: "d", points: 5, metres: 250000 }];
  const names = (tiles) => tiles.map((t) => t.name);
  assert.deepEqual(names(nextTiles(rest, [], 20, 200000)), ["a", "b"]);
  assert.deepEqual(names(nextTiles(rest.slice(2), new Array(20).fill(100000), 20, 200000)), [], "twenty are nearer than the next tile");
  assert.deepEqual(names(nextTiles(rest.slice(2), new Array(20).fill(160000), 20, 200000)), ["c"], "a place beyond the next tile's edge is not certain");
  assert.deepEqual(names(nextTiles(rest.slice(3), [], 20, 200000)), [], "beyond reach");
  assert.deepEqual(names(nextTiles([], [], 20, 200000)), []);
});

test("the order of places by tiles is that of all places", () => {
  let seed = 7;
  const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
  for (let round = 0; round < 30; round++) {
    const places = Array.from({ length: 120 }, () => ({ lat: 13 + 2 * random(), lng: 99.5 + 2 * random() }));
    const nameOf = (p) => Math.floor(p.lat / 0.25) + "_" + Math.floor(p.lng / 0.25);
    const tiles = {};
    for (const p of places) tiles[nameOf(p)] = (tiles[nameOf(p)] || 0) + 1;
    const here = { lat: 13 + 2 * random(), lng: 99.5 + 2 * random() };
    let rest = tilesAround({ size: 0.25, tiles }, here);
    let known = [];
    for (;;) {
      const next = nextTiles(rest, known, 20, 1e6);
      if (next.length === 0) break;
      rest = rest.slice(next.length);
      for (const t of next) for (const p of places) if (nameOf(p) === t.name) known.push(distance(here, p));
    }
    const nearest = (list) => list.sort((a, b) => a - b).slice(0, 20);
    assert.deepEqual(nearest(known), nearest(places.map((p) => distance(here, p))));
  }
});

test("what has no place stands last, in its old order", () => {
  const items = [{ n: 1 }, { n: 2, lat: 18, lng: 99 }, { n: 3 }, { n: 4, lat: 13.7, lng: 100.5 }];
  const ordered = byDistance(items, bangkok, (i) => (i.lat ? i : null));
  assert.deepEqual(ordered.map((o) => o.item.n), [4, 2, 1, 3]);
});
