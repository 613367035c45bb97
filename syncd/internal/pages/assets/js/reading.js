// Who else has a revision open, and how far a publication has come. The page
// says both without scripts too, as they were when it was opened.

const EVERY = 30_000; // milliseconds between two signs of life
const AGAIN = 5_000; // milliseconds before asking again, where asking failed

/** Says that one has a revision open, and shows who else has. */
export function present(box) {
  const list = box.querySelector("ul");
  const say = async () => {
    if (document.hidden) return;
    try {
      const answer = await fetch(box.dataset.here, { method: "POST" });
      if (!answer.ok) return;
      const said = await answer.json();
      show(said.present);
      if (said.moved) clearInterval(again);
    } catch {
      // Without a network nobody is told; the next time may succeed.
    }
  };
  const show = (said) => {
    if (said.join() === [...list.children].map((line) => line.textContent).join()) return; // what is the same is not read out again
    list.replaceChildren(...said.map((text) => Object.assign(document.createElement("li"), { textContent: text })));
    box.hidden = said.length === 0;
  };
  const again = setInterval(say, EVERY);
  say();
  document.addEventListener("visibilitychange", say);
}

/** Follows a publication until it is live. */
export async function follow(box) {
  let at = box;
  while (at.dataset.watch) {
    try {
      const seen = new URL(at.dataset.watch, location.href).searchParams.get("seen");
      const answer = await fetch(at.dataset.watch);
      if (!answer.ok) return;
      if ((await answer.json()).stage !== seen) at = await renew(at);
      else if (seen === "failed") await wait(AGAIN);
    } catch {
      await wait(AGAIN);
    }
  }
}

/** Shows the same part of the page as it is now. */
async function renew(box) {
  const answer = await fetch(location.href);
  if (!answer.ok) throw new Error("the page is gone");
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const now = page.getElementById(box.id);
  box.replaceChildren(...now.childNodes);
  box.className = now.className;
  if (now.dataset.watch) box.dataset.watch = now.dataset.watch;
  else delete box.dataset.watch;
  document.title = page.title;
  return box;
}

const wait = (time) => new Promise((done) => setTimeout(done, time));
