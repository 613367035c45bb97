// Runs every function of thai.js that has a Go twin over the texts given as
// JSON on standard input, and writes the results as JSON.
import { readFileSync } from "node:fs";
import * as thai from "./thai.js";

const { words, texts } = JSON.parse(readFileSync(0, "utf8"));
const lexicon = new Set(words);
const byKey = new Map(words.map((word) => [word, 1]));

console.log(JSON.stringify(texts.map((text) => {
  const latin = thai.fromLatinKeyboard(text);
  return {
    normalize: thai.normalize(text),
    clusters: thai.clusters(text),
    joined: thai.joinedClusters(text),
    fold: thai.fold(text),
    keyboard: latin.text,
    keyboardOK: latin.ok,
    words: thai.segment(lexicon, text),
    wordsByMap: thai.segment(byKey, text),
    expand: thai.expand(text),
  };
})));
