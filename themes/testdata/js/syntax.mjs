// Parses every module as the browser would, and the service worker as a script.
import test from "node:test";
import { readFileSync, readdirSync } from "node:fs";
import vm from "node:vm";

const here = new URL(".", import.meta.url);

for (const name of readdirSync(here).filter((n) => n.endsWith(".js"))) {
  test(name + " can be parsed", () => {
    const source = readFileSync(new URL(name, here), "utf8");
    const isModule = name !== "sw.js" && name !== "settings.js";
    if (isModule) new vm.SourceTextModule(source, { identifier: name });
    else new vm.Script(source, { filename: name });
  });
}
