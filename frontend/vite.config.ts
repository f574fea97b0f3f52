import tailwindcss from "@tailwindcss/vite";
import { defineConfig } from "vitest/config";

// Everything is served by ourselves under /static/build/; nothing is inlined, so that font-src and script-src stay 'self'.
export default defineConfig({
  base: "/static/build/",
  publicDir: false,
  plugins: [tailwindcss()],
  build: {
    outDir: "../src/mutuals/web/static/build",
    emptyOutDir: true,
    manifest: "manifest.json",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: "es2023",
    // htmx holds an eval that its setting allowEval=false never reaches; the policy would refuse it as well.
    rolldownOptions: { checks: { eval: false }, input: { main: "src/main.ts", style: "src/styles/main.css" } },
  },
  test: { environment: "happy-dom", include: ["tests/*.test.ts"] },
});
