import { createHash } from "node:crypto";
import type { Plugin, Rollup } from "vite";

const BASE = "/static/dist/";
const LIST = "self.__GRIDWARD_FILES";

/** The field app's page and manifest, and the list of its files for its service worker (what `workbox-build` would do). */
export function fieldShell(): Plugin {
  return {
    name: "field-shell",
    enforce: "post",
    generateBundle(_options, bundle) {
      const entry = Object.values(bundle).find((one): one is Rollup.OutputChunk => one.type === "chunk" && one.isEntry && one.name === "field");
      const worker = bundle["worker.js"];
      if (!entry || worker?.type !== "chunk") throw new Error("the field app's entries are missing");
      const files = filesOf(entry.fileName, bundle);
      const styles = files.filter((file) => file.endsWith(".css"));
      const page = shell(entry.fileName, styles);
      this.emitFile({ type: "asset", fileName: "field.html", source: page });
      this.emitFile({ type: "asset", fileName: "app.webmanifest", source: JSON.stringify(manifest()) });
      this.emitFile({ type: "asset", fileName: "field-icon.svg", source: icon() });
      const revision = createHash("sha256").update(page).digest("hex").slice(0, 16);
      const list = [
        { url: "/field/", revision },
        { url: `${BASE}field-icon.svg`, revision: "1" },
        ...files.map((file) => ({ url: BASE + file, revision: null })),
      ];
      if (!worker.code.includes(LIST)) throw new Error(`the service worker does not ask for ${LIST}`);
      worker.code = worker.code.replace(LIST, JSON.stringify(list));
    },
  };
}

/** A chunk's file, and all that it needs or may load later. */
function filesOf(name: string, bundle: Rollup.OutputBundle, found = new Set<string>()): string[] {
  const chunk = bundle[name];
  if (found.has(name) || !chunk) return [...found];
  found.add(name);
  if (chunk.type === "chunk") {
    const data = (chunk as Rollup.OutputChunk & { viteMetadata?: { importedCss: Set<string>; importedAssets: Set<string> } }).viteMetadata;
    for (const file of [...(data?.importedCss ?? []), ...(data?.importedAssets ?? [])]) found.add(file);
    for (const other of [...chunk.imports, ...chunk.dynamicImports]) filesOf(other, bundle, found);
  }
  return [...found];
}

function shell(script: string, styles: string[]): string {
  return `<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="theme-color" content="#0b5cad">
<title>Gridward 外勤</title>
<link rel="manifest" href="/field/app.webmanifest">
<link rel="icon" href="${BASE}field-icon.svg">
${styles.map((file) => `<link rel="stylesheet" href="${BASE}${file}">`).join("\n")}
<script type="module" src="${BASE}${script}"></script>
</head>
<body></body>
</html>
`;
}

function manifest(): unknown {
  return {
    name: "Gridward 外勤", short_name: "外勤", lang: "zh-CN", start_url: "/field/", scope: "/field/", display: "standalone",
    background_color: "#ffffff", theme_color: "#0b5cad",
    icons: [{ src: `${BASE}field-icon.svg`, sizes: "any", type: "image/svg+xml", purpose: "any" }],
  };
}

function icon(): string {
  return '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><rect width="64" height="64" rx="12" fill="#0b5cad"/>'
    + '<path d="M14 32l12 12 24-26" fill="none" stroke="#fff" stroke-width="7" stroke-linecap="round" stroke-linejoin="round"/></svg>';
}
