// Texts with parts that stand out: what matched a question (mark) and what
// tells one of several like names from the others (strong).

/**
 * Cuts a text at the ends of its ranges: [{text, mark, strong}]. marks is a list
 * of [from, to), differs one such range; [0, 0] is none. Ranges that do not
 * fit the text are left out.
 */
export function pieces(text, marks, differs) {
  const fits = (r) => r && r[0] >= 0 && r[0] < r[1] && r[1] <= text.length;
  const marked = (marks || []).filter(fits);
  const strong = fits(differs) ? [differs] : [];
  const cuts = new Set([0, text.length]);
  for (const r of marked.concat(strong)) cuts.add(r[0]).add(r[1]);
  const at = Array.from(cuts).sort((a, b) => a - b);
  const inside = (ranges, i) => ranges.some((r) => r[0] <= i && i < r[1]);
  const out = [];
  for (let i = 0; i + 1 < at.length; i++) {
    out.push({ text: text.slice(at[i], at[i + 1]), mark: inside(marked, at[i]), strong: inside(strong, at[i]) });
  }
  return out;
}

/** The same as nodes of a document. */
export function marked(text, marks, differs) {
  const all = document.createDocumentFragment();
  for (const piece of pieces(text, marks, differs)) {
    let node = document.createTextNode(piece.text);
    if (piece.mark) node = wrap("mark", node);
    if (piece.strong) node = wrap("strong", node);
    all.append(node);
  }
  return all;
}

function wrap(name, node) {
  const element = document.createElement(name);
  element.append(node);
  return element;
}
