import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { defineConfig, type Plugin } from "vite";
import { fieldShell } from "./field-shell";

const ICONS = [
  "home", "map", "inbox", "sitemap", "users", "truck", "building", "report", "table-import", "table-export", "history", "bell",
  "search", "phone", "headset", "list", "clock", "run", "alert-triangle", "circle-check", "circle-x", "arrow-back-up",
  "ban", "chevron-right", "chevron-down", "download", "printer", "eye", "camera", "plus", "logout", "language", "menu-2",
  "route", "qrcode", "send", "file-text", "refresh", "user", "x", "ambulance", "chart-line", "link", "settings",
  "keyboard", "list-check",
];

/** One SVG sprite of the icons the console uses, so that a page fetches them once. */
function iconSprite(): Plugin {
  const folder = resolve(import.meta.dirname, "node_modules/@tabler/icons/icons/outline");
  const symbol = (name: string): string => {
    const svg = readFileSync(resolve(folder, `${name}.svg`), "utf-8");
    const inner = svg.slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.lastIndexOf("</svg>"));
    return `<symbol id="${name}" viewBox="0 0 24 24">${inner.trim()}</symbol>`;
  };
  return {
    name: "icon-sprite",
    generateBundle() {
      const source = `<svg xmlns="http://www.w3.org/2000/svg">${ICONS.map(symbol).join("")}</svg>`;
      this.emitFile({ type: "asset", fileName: "icons.svg", source });
    },
  };
}

export default defineConfig({
  base: "/static/dist/",
  plugins: [iconSprite(), fieldShell()],
  build: {
    outDir: "../gridward/web/static/dist",
    emptyOutDir: true,
    manifest: "manifest.json",
    chunkSizeWarningLimit: 1200,
    rollupOptions: {
      output: { entryFileNames: (chunk) => (chunk.name === "worker" ? "worker.js" : "assets/[name]-[hash].js") },
      input: {
        field: resolve(import.meta.dirname, "src/app/main.ts"),
        worker: resolve(import.meta.dirname, "src/app/worker.ts"),
        console: resolve(import.meta.dirname, "src/console/console.ts"),
        map: resolve(import.meta.dirname, "src/console/map.ts"),
        chart: resolve(import.meta.dirname, "src/console/chart.ts"),
      },
    },
  },
});
